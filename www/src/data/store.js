const keyOf = ({ system, id }) => `${system}/${id}`;

/** Statuses seen for a run in this session, oldest first; pages share them, so that what the list saw is there on the run's own page. */
export class Seen {
  #steps = new Map();

  /**
   * Notes a status that was read. Returns the step when it is one: a first sight, another status, another attempt, or a confirmation.
   * @param {object} run the run as read
   * @param {object} [change] what the watcher said about it
   */
  note(run, change) {
    const steps = this.of(run);
    const last = steps.at(-1);
    if (last && last.to === run.status && last.attempt === run.attempt) return this.#again(last, change);
    const step = { from: last?.to, to: run.status, phase: run.phase, outcome: run.outcome, attempt: run.attempt, at: Date.now(), ...told(change) };
    if (steps.length === 0) this.#steps.set(keyOf(run), [step]);
    else steps.push(step);
    return step;
  }

  /** The steps seen for a run. */
  of(run) {
    return this.#steps.get(keyOf(run)) ?? [];
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

/** What a list shows of a run. Thousands of them are kept, so nothing else is. */
function summary(run, nameOf) {
  const { wire, stages, input, output, ...shown } = run;
  const workflow = nameOf(run);
  const text = [run.id, run.name, run.workflowId, workflow, run.status, ...(run.tags ?? []), JSON.stringify(run.metadata ?? {})].join("\n").toLowerCase();
  return { ...shown, key: keyOf(run), workflow, text };
}

const SORTS = {
  created: (run) => run.createdAt,
  duration: (run) => run.duration ?? (run.finishedAt === undefined || run.startedAt === undefined ? undefined : run.finishedAt - run.startedAt),
};

/** The runs that are known, of every system. */
export class RunStore {
  #runs = new Map();
  #orders = new Map();
  #nameOf;

  /** @param {(run: object) => string | undefined} [nameOf] the name of the workflow a run executes, where the run tells it */
  constructor(nameOf = () => undefined) {
    this.#nameOf = nameOf;
  }

  /** Takes runs in; returns the keys of those that are new and of those whose status or attempt moved. */
  take(runs) {
    const added = [];
    const moved = [];
    for (const run of runs) {
      const key = keyOf(run);
      const known = this.#runs.get(key);
      if (!known) added.push(key);
      else if (known.status !== run.status || known.attempt !== run.attempt) moved.push(key);
      this.#runs.set(key, summary(run, this.#nameOf));
    }
    // What runs are in order of stays when none was added, but for how long they took.
    if (added.length > 0) this.#orders.clear();
    else this.#orders.delete("duration");
    return { added, moved };
  }

  /** How many there are, of a system or of all. */
  count(system) {
    return system === undefined ? this.#runs.size : this.all(system).length;
  }

  get(system, id) {
    return this.#runs.get(keyOf({ system, id }));
  }

  /** Every run, of a system or of all, newest creation first, then by id. */
  all(system) {
    const all = this.#ordered("created");
    return system === undefined ? all : all.filter((run) => run.system === system);
  }

  /** How many runs there are of each kind: by phase, and the finished by outcome. */
  counts(system) {
    const counts = {};
    for (const run of this.#runs.values()) {
      if (system !== undefined && run.system !== system) continue;
      const kind = kindOf(run);
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
    return counts;
  }

  /** The ids and names of the workflows that a system's runs executed. */
  workflows(system) {
    const found = new Map();
    for (const run of this.#runs.values()) if (run.system === system && run.workflowId) found.set(run.workflowId, run.workflow ?? found.get(run.workflowId));
    return [...found];
  }

  /**
   * The runs that fit, in order. Every word of `text` is in the name, workflow, id, tags or metadata.
   * @param {{ system?: string, kind?: string, text?: string, since?: number, workflow?: string, sort?: "created" | "duration", up?: boolean }} filter
   */
  filter({ system, kind, text = "", since, workflow, sort = "created", up = false }) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (run) =>
      (system === undefined || run.system === system) &&
      (!kind || kindOf(run) === kind) &&
      (since === undefined || run.createdAt >= since) &&
      (!workflow || run.workflowId === workflow) &&
      words.every((word) => run.text.includes(word));
    const found = this.#ordered(sort).filter(fits);
    return up ? turned(found, SORTS[sort]) : found;
  }

  #ordered(sort) {
    if (!this.#orders.has(sort)) this.#orders.set(sort, [...this.#runs.values()].sort(falling(SORTS[sort])).map(({ key }) => key));
    return this.#orders.get(sort).map((key) => this.#runs.get(key));
  }
}

/** The greatest first; what has no such value comes last. */
const falling = (value) => (a, b) => (value(b) ?? Number.NEGATIVE_INFINITY) - (value(a) ?? Number.NEGATIVE_INFINITY) || (a.key < b.key ? -1 : 1);

/** The other way round, what has no such value still last. */
function turned(runs, value) {
  const known = runs.filter((run) => value(run) !== undefined).reverse();
  return [...known, ...runs.filter((run) => value(run) === undefined)];
}

/** The kind a run is counted under: its phase, or its outcome once finished. */
export function kindOf(run) {
  return run.phase === "finished" ? (run.outcome ?? "unknown") : run.phase;
}
