// Cells of the server's answer to a save.

/** A bare <td> survives only inside <template>, and htmx's own tag is one to it. */
export function cellsIn(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html.replace(/<(\/?)hx-partial/g, "<$1template");
  const roots = [holder.content, ...[...holder.content.querySelectorAll("template")].map((inner) => inner.content)];
  return roots.flatMap((root) => [...root.querySelectorAll("td[data-student]")]);
}

/** Why a cell was not taken, with both values where somebody else was quicker; "" where the answer does not say. */
export function refusalOf(cell) {
  const { message = "", conflict, stored, who, when } = cell?.dataset ?? {};
  if (!conflict) return message;
  return `${message} Сейчас записано «${stored || "пусто"}»${who ? ` (${who}, ${when})` : ""}.`;
}
