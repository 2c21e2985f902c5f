// Files, whole or as they come: their bytes never pass the WebAssembly.
import { DecodeError, NetworkError, TimeoutError } from "./errors.js";

/** All of a body, which is no larger than this. It rejects with what was wrong, in a word. */
export async function whole(stream, most) {
  const pieces = [];
  let size = 0;
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read().catch(() => fail("in_body"));
    if (done) break;
    size += value.length;
    if (size > most) {
      reader.cancel().catch(() => {});
      fail("too_large");
    }
    pieces.push(value);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) at += (bytes.set(piece, at), piece.length);
  return bytes;
}

function fail(word) {
  throw word;
}

/**
 * A body that comes as it is asked for, and ends with its signals, after its time, when it breaks off, and when it is silent
 * for too long while somebody waits.
 */
export class Flow {
  #reader;
  #controller;
  #silence;
  #ended;
  #stop = () => {};
  #empty = true;

  constructor(stream, controller, silence) {
    this.#reader = stream.getReader();
    this.#controller = controller;
    this.#silence = silence;
    this.body = new ReadableStream({ pull: (out) => this.#pull(out), cancel: () => this.close() }, { highWaterMark: 0 });
  }

  /** It ends when one of these does, and after so many milliseconds; the reason of a signal is what it ends with. */
  bind(signals, deadline) {
    let end;
    this.#ended = new Promise((_, reject) => (end = reject));
    this.#ended.catch(() => this.close());
    const heard = signals.map((signal) => [signal, () => end(signal.reason)]);
    for (const [signal, listener] of heard) signal.aborted ? listener() : signal.addEventListener("abort", listener);
    const alarm = deadline === undefined ? undefined : setTimeout(() => end(late("deadline", "the call took longer than `deadline` allows")), deadline);
    this.#stop = () => {
      clearTimeout(alarm);
      for (const [signal, listener] of heard) signal.removeEventListener("abort", listener);
    };
    return this;
  }

  /** As an answer of its own, which tells nothing of where it came from. */
  response(kind) {
    return new Response(this.body, kind === "" ? undefined : { headers: { "content-type": kind } });
  }

  async #pull(out) {
    let alarm;
    const silent = new Promise((_, reject) => {
      alarm = setTimeout(() => reject(late("timeout", "the file fell silent for longer than `timeout` allows")), this.#silence);
    });
    try {
      const { done, value } = await Promise.race([this.#reader.read().catch(broken), silent, this.#ended].filter(Boolean));
      if (done && this.#empty) throw new DecodeError({ code: "not_a_file", message: "The answer is no file: it is empty." });
      this.#empty = false;
      if (!done) return out.enqueue(value);
      this.#stop();
      out.close();
    } catch (error) {
      out.error(error);
      this.close();
    } finally {
      clearTimeout(alarm);
    }
  }

  /** Ends it, and with it the request. */
  close() {
    this.#stop();
    this.#reader.cancel().catch(() => {});
    this.#controller.abort();
  }
}

function broken() {
  throw new NetworkError({ code: "in_body", message: "The answer broke off.", retryable: true });
}

const late = (code, message) => new TimeoutError({ code, message, retryable: true });
