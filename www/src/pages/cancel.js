import { h } from "../ui/dom.js";
import { word } from "../ui/status.js";

/** Asks whether a run should really be cancelled; resolves to the answer. */
export function askCancel(run, { label, cancels }) {
  return new Promise((resolve) => {
    const dialog = h(
      "dialog.confirm",
      { "aria-labelledby": "confirm-title" },
      h(
        "form",
        { method: "dialog" },
        h("h2", { id: "confirm-title" }, "Cancel this run?"),
        h("p", {}, h("strong", {}, label(run)), ` is ${word(run.status).toLowerCase()}. What it has done so far is not undone.`),
        cancels && h("p.confirm-note", {}, cancels),
        h("div.dialog-end", {}, h("button.button", { value: "keep" }, "Keep it"), h("button.button.danger", { value: "cancel" }, "Cancel the run")),
      ),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "cancel");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
