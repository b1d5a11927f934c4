// The editor of a cell: one input laid over the cell, so that a cell may be replaced under it without losing a letter.

import { isWaiting } from "./outbox.js";
import { describe, frame, workOf } from "./table.js";

let input = null;
let state = null; // {student, work, version, before, typing, done}

/** Opens over a cell. `text` replaces what is there (typing); without it the cell's text is edited. */
export function open(cell, text, done) {
  close(false);
  input ??= make();
  const typing = text !== undefined;
  state = {
    student: cell.dataset.student,
    work: workOf(cell),
    version: Number(cell.dataset.version),
    // One's own save of this cell that is still under way: what is typed now comes after it.
    follows: isWaiting(cell.dataset.student, workOf(cell)),
    before: cell.dataset.typed ?? cell.textContent,
    typing,
    done,
  };
  input.value = typing ? text : state.before;
  input.setAttribute("aria-label", describe(cell));
  place(cell);
  input.hidden = false;
  input.focus({ preventScroll: true });
  if (!typing) input.select();
}

export const isOpen = () => state !== null;

/** What is being typed, for a page that is being left. */
export const draft = () => (state && input.value !== state.before ? edit() : null);

function make() {
  const element = document.createElement("input");
  element.type = "text";
  element.className = "cell-editor";
  element.autocomplete = "off";
  element.spellcheck = false;
  element.maxLength = 10;
  element.hidden = true;
  element.setAttribute("aria-describedby", "save-state");
  element.addEventListener("keydown", onKey);
  element.addEventListener("blur", () => close(true, 0, 0, false));
  frame.append(element);
  return element;
}

function place(cell) {
  const box = cell.getBoundingClientRect();
  const origin = frame.getBoundingClientRect();
  input.style.left = `${box.left - origin.left + frame.scrollLeft - frame.clientLeft}px`;
  input.style.top = `${box.top - origin.top + frame.scrollTop - frame.clientTop}px`;
  input.style.width = `${Math.max(box.width, 36)}px`;
  input.style.height = `${box.height}px`;
}

const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function onKey(event) {
  const { key, shiftKey } = event;
  if (key === "Enter") finish(event, true, shiftKey ? -1 : 1, 0);
  else if (key === "Tab") finish(event, true, 0, shiftKey ? -1 : 1);
  else if (key === "Escape") finish(event, false, 0, 0);
  else if (key === "ArrowUp" || key === "ArrowDown") finish(event, true, ...MOVES[key]);
  else if (state.typing && MOVES[key]) finish(event, true, ...MOVES[key]);
  event.stopPropagation();
}

function finish(event, keep, down, right) {
  event.preventDefault();
  close(keep, down, right);
}

/** Ends editing; `done` gets the edit (null: nothing changed) and where to go. */
function close(keep, down = 0, right = 0, focus = true) {
  if (!state) return;
  const result = keep && (input.value.trim() !== state.before || state.typing) ? edit() : null;
  const { done, student, work } = state;
  state = null;
  input.hidden = true;
  done(result, { student, work, down, right, focus });
}

const edit = () => ({ student: state.student, work: state.work, text: input.value.trim(), version: state.version, follows: state.follows });

export const commit = () => close(true, 0, 0, false);
