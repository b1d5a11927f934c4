// The grid as a table of cells: completes what the page leaves out, finds cells, keeps one of them in the tab order.

export const table = document.getElementById("journal");
export const frame = document.getElementById("grid-frame");

const CODES = "нпбо";
let active = null; // the cell in the tab order

/** Rows and columns as the page has them, once. */
const heads = table ? [...table.tHead.rows[0].cells] : [];
const placed = heads.map((head, index) => ({ head, index }));
const workColumns = placed.filter(({ head }) => head.dataset.work);
const first = workColumns[0]?.index ?? 0;
const lastWork = workColumns.at(-1)?.index ?? 0;
// Marks of the periods, the year and the final one stand right after the works.
const last = placed.findLast(({ head }) => head.dataset.period)?.index ?? lastWork;
const MARK = "mark:";

/** What a cell is of: its work's number, or «mark:12» in the column of a period. */
export const workOf = ({ dataset }) => dataset.work ?? (dataset.period && MARK + dataset.period);
/** The period of such a name; undefined for a work. */
export const periodOf = (work) => (work.startsWith(MARK) ? work.slice(MARK.length) : undefined);
export const rows = table ? [...table.querySelectorAll(":scope > tbody > tr")] : [];

// Rows a slow machine lays out and paints without a standstill (docs/performance.md), and of how little work that must be
// for a machine that is not slow: waiting for the screen is none.
const PART = 2, QUICK = 8; // rows, ms

/** Gives each cell its role and, where it can be edited, the student, the work and the version it stands for: the page
 *  leaves out of 2400 cells what follows from their row and column. In parts, with a picture after each: heads of columns
 *  the page holds back (class `beyond`: a screen), then rows (class `later`) as they are completed. All of
 *  them appear also where completing fails. */
export async function complete() {
  table.classList.add("coming");
  try {
    await showHeads();
    await completeInParts([...rows]);
  } finally {
    for (const row of [...rows, ...table.tFoot.rows]) row.classList.remove("later");
    table.classList.replace("coming", "came");
  }
}

async function showHeads() {
  const beyond = heads.filter((head) => head.classList.contains("beyond"));
  for (const head of beyond) head.classList.remove("beyond");
  if (beyond.length) await painted();
}

async function completeInParts(left) {
  for (let part = PART; left.length;) {
    const began = performance.now();
    for (const row of left.splice(0, part)) {
      for (let index = first; index <= last; index += 1) completeCell(row.cells[index], row, index);
      row.classList.remove("later");
    }
    const worked = performance.now() - began + await painted();
    if (worked < QUICK) part = rows.length;
  }
}

/** Resolves after the next picture, to the milliseconds it took; a hidden page has none. */
const painted = () => new Promise((resolve) => {
  const after = () => {
    const began = performance.now();
    setTimeout(() => resolve(performance.now() - began), 0);
  };
  if (document.hidden) after();
  else requestAnimationFrame(after);
});

function completeCell(cell, row, index) {
  cell.setAttribute("role", "gridcell");
  cell.tabIndex = -1;
  if (cell.classList.contains("x")) {
    cell.setAttribute("aria-readonly", "true");
  } else {
    cell.dataset.student = row.dataset.student;
    const { work, period } = heads[index].dataset;
    if (work) cell.dataset.work = work;
    else cell.dataset.period = period;
    cell.dataset.version ??= "0";
  }
  dress(cell, index);
}

const DRESSES = ["absent", "excused", "late", "low", "today", "first"];

/** Colours follow from the text: absent, late, unsatisfactory; today's column and a lesson's first column. */
export function dress(cell, index = cell.cellIndex) {
  const text = cell.textContent;
  const head = heads[index];
  const isMark = head?.dataset.period !== undefined;
  const code = !isMark && text && CODES.includes(text[0]) ? text[0] : "";
  const worn = [
    code === "н", code === "п" || code === "б", code === "о", /[12]$|НЗ$|н\/а$/.test(text),
    head?.classList.contains("today"), head?.classList.contains("first"),
  ];
  // Most of 2400 cells wear nothing else: their class is written at once, not name by name.
  if (cell.className) DRESSES.forEach((name, number) => cell.classList.toggle(name, Boolean(worn[number])));
  else if (worn.includes(true)) cell.className = DRESSES.filter((_, number) => worn[number]).join(" ");
}

export const find = (student, work) => {
  const period = periodOf(work);
  const column = period === undefined ? `[data-work="${CSS.escape(work)}"]` : `[data-period="${CSS.escape(period)}"]`;
  return table.querySelector(`td[data-student="${CSS.escape(student)}"]${column}`);
};

export const isEditable = (cell) => Boolean(cell?.dataset.work || cell?.dataset.period) && table.dataset.editable !== undefined;

export const headOf = (cell) => heads[cell.cellIndex];

export const cellAt = (event) => {
  const cell = event.target.closest?.('td[role="gridcell"]');
  return cell && table.contains(cell) ? cell : null;
};

/** «Семёнов Пётр» */
export const nameOf = (cell) => cell.parentElement.querySelector("th").firstChild.textContent.trim();

/** «Семёнов Пётр, 24.11, ответ на занятии» */
export const describe = (cell) => `${nameOf(cell)}, ${headOf(cell).dataset.name}`;

/** What a reader says of a refused cell besides its text; nothing of another one. */
export function explain(cell) {
  const { message } = cell.dataset;
  if (message) cell.setAttribute("aria-description", message);
  else cell.removeAttribute("aria-description");
}

export const current = () => active;

/** Puts the focus and the tab order on a cell. */
export function go(cell, { focus = true } = {}) {
  if (!cell) return;
  if (active && active !== cell) {
    active.tabIndex = -1;
    active.classList.remove("active");
    active.removeAttribute("contenteditable");
  }
  active = cell;
  // A reader says a column by its name, not by the figures and the button in its head.
  const head = headOf(cell);
  if (head.dataset.name) head.setAttribute("aria-label", head.dataset.name);
  cell.tabIndex = 0;
  cell.classList.add("active");
  // So that whatever enters text reaches the cell: an on-screen or touch keyboard, dictation, a reader's input.
  if (isEditable(cell)) cell.contentEditable = "true";
  if (focus) cell.focus({ preventScroll: true });
  reveal(cell);
}

/** The cell `down` and `right` steps away, at the edge the last one there is. */
export function neighbour(cell, down, right) {
  const rowIndex = rows.indexOf(cell.parentElement);
  const row = rows[Math.min(Math.max(rowIndex + down, 0), rows.length - 1)];
  return row.cells[Math.min(Math.max(cell.cellIndex + right, first), last)];
}

/** The next cell that can be edited in a direction; the same cell when there is none. */
export function nextEditable(cell, down, right) {
  let step = neighbour(cell, down, right);
  let before = cell;
  while (step !== before && !isEditable(step)) {
    before = step;
    step = neighbour(step, down, right);
  }
  return isEditable(step) ? step : neighbour(cell, down, right);
}

export const edge = (cell, down, right) => {
  const row = down === 0 ? cell.parentElement : rows.at(down > 0 ? -1 : 0);
  return row.cells[right === 0 ? cell.cellIndex : right > 0 ? last : first];
};

const isOpen = (cell) => !cell.classList.contains("x");

/** Where work begins: the first student on today's lesson, else on the last lesson held. */
export function start() {
  const today = heads.findIndex((head) => head.classList.contains("today"));
  let index = today;
  for (let i = lastWork; index < 0 && i >= first; i -= 1) {
    if (rows.some((row) => isOpen(row.cells[i]))) index = i;
  }
  const column = index < 0 ? first : index;
  const row = rows.find((candidate) => isOpen(candidate.cells[column])) ?? rows[0];
  return row.cells[column];
}

/** Scrolls so that sticky names, dates and figures do not cover the cell. */
function reveal(cell) {
  const left = rows[0].cells[1].getBoundingClientRect().right;
  // Of cells: the sections themselves scroll away, their sticky cells stay.
  const top = table.tHead.rows[0].cells[0].getBoundingClientRect().bottom;
  const bottom = table.tFoot.rows[0].cells[0].getBoundingClientRect().top;
  const place = cell.getBoundingClientRect();
  const figures = rows[0].querySelector(".mean");
  const right = getComputedStyle(figures).position === "sticky"
    ? figures.getBoundingClientRect().left
    : frame.getBoundingClientRect().right;
  if (place.left < left) frame.scrollLeft -= left - place.left;
  else if (place.right > right) frame.scrollLeft += place.right - right;
  if (place.top < top) frame.scrollTop -= top - place.top;
  else if (place.bottom > bottom) frame.scrollTop += place.bottom - bottom;
  // A frame taller than the window, as on a phone or in large text.
  const now = cell.getBoundingClientRect();
  const margin = 2 * now.height;
  if (now.bottom + margin > window.innerHeight) window.scrollBy(0, now.bottom + margin - window.innerHeight);
  else if (now.top < 0) window.scrollBy(0, now.top - margin);
}

/** A cell that the server sent takes the place of an older one: keep what the older one was to the person. */
export function adopt(cell, wasActive) {
  dress(cell);
  explain(cell);
  if (!wasActive) return;
  const held = !document.activeElement || document.activeElement === document.body;
  active = null;
  go(cell, { focus: held });
}
