/** Statuses seen for a run in this session, oldest first; pages share them, so that what the list saw is there on the run's own page. */
export class Seen {
  #steps = new Map();

  /**
   * Notes a status that was read. Returns the step when it is one: a first sight, another status, another attempt, or a confirmation.
   * @param {object} run the run as read
   * @param {object} [change] what the watcher said about it
   */
  note(run, change) {
    const steps = this.of(run.id);
    const last = steps.at(-1);
    if (last && last.to === run.status && last.attempt === run.attempt) return this.#again(last, change);
    const step = { from: last?.to, to: run.status, phase: run.phase, outcome: run.outcome, attempt: run.attempt, at: Date.now(), ...told(change) };
    if (steps.length === 0) this.#steps.set(run.id, [step]);
    else steps.push(step);
    return step;
  }

  /** The steps seen for a run. */
  of(id) {
    return this.#steps.get(id) ?? [];
  }

  #again(last, change) {
    if (!change) return undefined;
    const before = JSON.stringify(last);
    const { findings, ...rest } = told(change);
    const fresh = findings.filter((finding) => !last.findings?.some((known) => known.code === finding.code && known.pointer === finding.pointer));
    Object.assign(last, rest, { verdict: last.verdict ?? rest.verdict, cause: last.cause ?? rest.cause, findings: [...(last.findings ?? []), ...fresh] });
    return JSON.stringify(last) === before ? undefined : last;
  }
}

function told(change) {
  if (!change) return { findings: [] };
  return {
    ...(moved(change) ? { verdict: change.verdict, cause: change.cause } : {}),
    findings: change.findings ?? [],
    provisional: change.provisional === true,
    confirmedAt: change.confirmedAt ?? undefined,
  };
}

/** A watcher tells of stages too; only what became of the run itself is a step of the run. */
function moved({ before, after }) {
  return before !== undefined && (before.status !== after.status || before.attempt !== after.attempt);
}

/** The runs that are known, in one stable order: newest creation first, then by id. */
export class RunStore {
  #runs = new Map();
  #order = [];

  /** Takes runs in; returns the ids of those that are new and of those whose status or attempt moved. */
  take(runs) {
    const added = [];
    const moved = [];
    for (const run of runs) {
      const known = this.#runs.get(run.id);
      if (!known) added.push(run.id);
      else if (known.status !== run.status || known.attempt !== run.attempt) moved.push(run.id);
      this.#runs.set(run.id, run);
    }
    if (added.length > 0) this.#order = [...this.#runs.values()].sort(newestFirst).map((run) => run.id);
    return { added, moved };
  }

  get size() {
    return this.#runs.size;
  }

  get(id) {
    return this.#runs.get(id);
  }

  /** Every run in order. */
  all() {
    return this.#order.map((id) => this.#runs.get(id));
  }

  /** How many runs there are of each kind: by phase, and the finished by outcome. */
  counts() {
    const counts = {};
    for (const run of this.#runs.values()) {
      const kind = kindOf(run);
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
    return counts;
  }

  /** The runs of a kind whose name, workflow, id, tags or metadata hold every word of `text`. */
  filter({ kind, text }) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    return this.all().filter((run) => (!kind || kindOf(run) === kind) && (words.length === 0 || holds(run, words)));
  }
}

function newestFirst(a, b) {
  return (b.createdAt ?? 0) - (a.createdAt ?? 0) || (a.id < b.id ? -1 : 1);
}

/** The kind a run is counted under: its phase, or its outcome once finished. */
export function kindOf(run) {
  return run.phase === "finished" ? (run.outcome ?? "unknown") : run.phase;
}

function holds(run, words) {
  const text = [run.id, run.name, run.workflowId, run.wire?.workflowName, run.status, ...(run.tags ?? []), JSON.stringify(run.metadata ?? {})].join("\n").toLowerCase();
  return words.every((word) => text.includes(word));
}
