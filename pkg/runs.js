// Lists and watches, in the shapes that JavaScript has for them, and what is asked of a run at its end.
import { DecodeError, TransitionError, errorOf } from "./errors.js";

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

  // A run that moved while its list was paged may come twice. Rows that cannot be read spoil no other, and are told at last.
  async *[Symbol.asyncIterator]() {
    const seen = new Set();
    const unreadable = [];
    for await (const page of this.pages()) {
      unreadable.push(...(page.unreadable ?? []));
      for (const run of page.runs) {
        if (seen.has(run.id)) continue;
        seen.add(run.id);
        yield run;
      }
    }
    if (unreadable.length > 0) throw notRead(unreadable);
  }
}

function notRead(rows) {
  const message = `${rows.length} of the list's rows cannot be read as runs; all others were given. \`pages()\` has them under \`unreadable\`.`;
  return new DecodeError({ code: "unreadable_rows", message, findings: rows.flatMap(({ findings }) => findings) });
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

/** What came of one of many runs, its error an instance of its class. */
export const outcomeOf = ({ error, ...outcome }) => (error === undefined ? outcome : { ...outcome, error: errorOf(error) });

/** The id of a run, or of what names one by its id. */
export const idOf = (run) => (typeof run === "object" && run !== null ? run.id : run);

/** The id of a run that can still end; an id alone says nothing against it. */
export function unfinished(run) {
  if (run?.phase !== "finished") return idOf(run);
  throw refused(run, "already_finished", "cancel", "has ended already", "some systems fail at that, some do harm");
}

const UNDER_WAY = ["queued", "running", "waiting"];

/** The id of a run that has ended; an id alone says nothing against it. */
export function finished(run) {
  if (!UNDER_WAY.includes(run?.phase)) return idOf(run);
  throw refused(run, "illegal_move", "replay", "has not ended", "a system does nothing then, or it twice");
}

function refused({ system, status, id }, code, move, state, why) {
  const message = `${move} was not sent: the run ${id} ${state} (${status}), and ${why}; read it again, or say \`force: true\``;
  return new TransitionError({ code, message, system });
}
