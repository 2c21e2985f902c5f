// Server-sent events over `fetch`: with headers and an abort signal, which `EventSource` has not, and in every runtime.

/** Every event of a stream of bytes, as `{ name, data }`; comments are `{}`, because they too show that it lives. */
export async function* events(bytes) {
  let event = {};
  for await (const line of lines(bytes)) {
    const [, field, value] = /^([^:]*):? ?(.*)$/s.exec(line);
    if (line === "") {
      if (event.data !== undefined) yield event;
      event = {};
    } else if (field === "") yield {};
    else if (field === "event") event.name = value;
    else if (field === "data") event.data = event.data === undefined ? value : `${event.data}\n${value}`;
  }
}

async function* lines(bytes) {
  const reader = bytes.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (let read; !(read = await reader.read()).done; ) {
      // A carriage return at the very end may be half of a line end.
      const parts = (rest + read.value).split(/\r\n|\n|\r(?!$)/);
      rest = parts.pop();
      yield* parts;
    }
  } finally {
    await reader.cancel();
  }
}
