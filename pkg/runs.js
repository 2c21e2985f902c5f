// Lists and watches, in the shapes that JavaScript has for them.

/** A list: `await` gives the first page, `for await` every run, `.pages()` every page. Nothing is read before. */
export class PagePromise {
  #read;
  #first;

  // `read` takes the cursor of a page, none for the first.
  constructor(read) {
    this.#read = read;
  }

  then(onPage, onError) {
    this.#first ??= this.#read();
    return this.#first.then(onPage, onError);
  }

  catch(onError) {
    return this.then(undefined, onError);
  }

  finally(onEnd) {
    return this.then().finally(onEnd);
  }

  async *pages() {
    let page = await this;
    yield page;
    while (page.next !== undefined) yield (page = await this.#read(page.next));
  }

  // A run that moved while its list was paged may come twice.
  async *[Symbol.asyncIterator]() {
    const seen = new Set();
    for await (const page of this.pages()) {
      for (const run of page.runs) {
        if (seen.has(run.id)) continue;
        seen.add(run.id);
        yield run;
      }
    }
  }
}

/** The run at its confirmed end, out of its changes. */
export async function endOf(changes) {
  let last;
  for await (const change of changes) {
    last = change.after;
    if (change.confirmedAt !== undefined) break;
  }
  return last;
}
