import { fill, icon } from "./dom.js";

const NEXT = { auto: "light", light: "dark", dark: "auto" };
const WORDS = { auto: ["auto", "the system's"], light: ["sun", "light"], dark: ["moon", "dark"] };

/** Makes a button step through the system's theme, light and dark; the choice is kept. */
export function themeButton(button) {
  const show = () => {
    const [name, word] = WORDS[current()];
    fill(button, icon(name));
    button.title = `Theme: ${word}`;
    button.setAttribute("aria-label", `Theme: ${word}; change to ${WORDS[NEXT[current()]][1]}`);
  };
  button.addEventListener("click", () => {
    choose(NEXT[current()]);
    show();
  });
  show();
}

const current = () => document.documentElement.dataset.theme ?? "auto";

function choose(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    if (theme === "auto") localStorage.removeItem("runward.theme");
    else localStorage.setItem("runward.theme", theme);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}
