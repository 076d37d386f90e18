// Around the terminal of textual.js: fonts first, a size that fits, the keyboard in the desk, and words when it is closed.
"use strict";

const COLUMNS = 80;
const CELL = 0.602; // width of a letter of the font, in its size
const SIZES = { least: 9, usual: 16 };

const begin = window.onload; // textual.js measures letters and connects here: the font has to be there before
window.onload = async (event) => {
  const terminal = document.querySelector("#terminal");
  const fits = Math.floor(terminal.clientWidth / COLUMNS / CELL);
  terminal.dataset.fontSize = String(Math.max(SIZES.least, Math.min(SIZES.usual, fits)));
  const styles = ["", "bold ", "italic "];
  await Promise.allSettled(styles.map((style) => document.fonts.load(`${style}16px "Roboto Mono"`)));
  new MutationObserver(follow).observe(document.body, { attributes: true, attributeFilter: ["class"] });
  document.querySelector("#again").addEventListener("click", () => window.location.replace("/"));
  begin(event);
};

let focused = false;
let closed = false;

function follow() {
  const marks = document.body.classList;
  if (marks.contains("-first-byte") && !focused) {
    focused = true; // only now is somebody there who hears that the keyboard is here
    const keyboard = document.querySelector(".xterm-helper-textarea");
    keyboard.blur();
    keyboard.focus();
  }
  if (marks.contains("-closed") && !closed) {
    closed = true;
    sayWhy();
  }
}

async function sayWhy() {
  const why = document.querySelector("#why");
  document.querySelector("#again").focus();
  try {
    const answer = await fetch("/goodbye");
    const words = (await answer.text()).trim();
    if (answer.ok && words) why.textContent = words;
    if (answer.status === 403) why.textContent = "daypart serve was started anew: open the address that it printed.";
  } catch {
    why.textContent = "daypart serve has ended. Start it again in the terminal, and open the address that it prints.";
  }
}
