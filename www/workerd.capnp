# The gateway and the dashboard in workerd. The address comes from `--socket-addr http=HOST:PORT`, the
# files from `--directory-path files=DIR`, and what only the gateway may know from the environment.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "gateway", worker = .gateway),
    (name = "files", disk = (writable = false)),
    # The systems may be on loopback or in the world.
    (name = "internet", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true))),
  ],
  sockets = [(name = "http", http = (), service = "gateway")],
);

const gateway :Workerd.Worker = (
  compatibilityDate = "2026-10-01",
  modules = [
    (name = "worker.js", esModule = embed "../target/worker/worker.js"),
    (name = "runward_bg.wasm", wasm = embed "../target/worker/runward_bg.wasm"),
  ],
  bindings = [
    (name = "ASSETS", service = "files"),
    # A JSON object: the options of each system's client by the system's name.
    (name = "SYSTEMS", fromEnvironment = "RUNWARD_SYSTEMS"),
    # May be absent. A JSON object: names of workflows by their ids, by the system's name, where the system lists none.
    (name = "WORKFLOWS", fromEnvironment = "RUNWARD_WORKFLOWS"),
  ],
);
