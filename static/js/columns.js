// A table of fields filled from top to bottom: Enter goes to the same field of the next row, Shift+Enter back, and after
// the last row to the button that saves.

document.addEventListener("keydown", (event) => {
  const field = event.target.closest?.("table[data-by-column] :is(input, select)");
  if (!field || event.key !== "Enter" || event.ctrlKey || event.altKey || event.isComposing) return;
  event.preventDefault();
  const cell = field.closest("td");
  const row = event.shiftKey ? cell.parentElement.previousElementSibling : cell.parentElement.nextElementSibling;
  const there = row?.cells[cell.cellIndex].querySelector("input:not([type=hidden]), select");
  if (there) there.focus();
  else if (!event.shiftKey) field.form.querySelector("button[type=submit]").focus();
});
