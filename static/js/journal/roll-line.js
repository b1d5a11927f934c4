// A line of the phone's roll: what it shows, what it says, what it asks. Nothing here sends anything.

/** «Семёнов Пётр» */
export const nameOf = (state) => state.line.querySelector(".roll-name .n").nextSibling.textContent.trim();

function parts(text) {
  return /^[нпбо]/.test(text) ? [text[0], text.slice(1)] : ["", text];
}

/** Attendance keeps the mark and the other way round (п. 4.4: «н» and 3 are «н3»); the same key again takes it off. */
export function toggled(text, code, mark) {
  const [oldCode, oldMark] = parts(text);
  if (code) return (code === oldCode ? "" : code) + oldMark;
  return oldCode + (mark === oldMark ? "" : mark);
}

/** Shows what is wanted, and on which keys it stands. */
export function show({ line, text, sending, held }) {
  const [code, mark] = parts(text);
  line.querySelector(".roll-value").textContent = text;
  line.classList.toggle("sending", sending);
  line.classList.toggle("refused", held);
  line.classList.toggle("absent", ["н", "п", "б"].includes(code));
  for (const button of line.querySelectorAll("[data-code], [data-mark]")) {
    const on = button.dataset.code ? button.dataset.code === code : button.dataset.mark === mark;
    button.setAttribute("aria-pressed", String(on));
  }
}

/** «ещё»: the marks that are given seldom. */
export function unfold(button) {
  const more = document.getElementById(button.getAttribute("aria-controls"));
  more.hidden = !more.hidden;
  button.setAttribute("aria-expanded", String(!more.hidden));
}

/** A message below the line with the choices it leaves; null takes it away. */
export function say(state, message, choices = [], extra = null) {
  state.line.querySelector(".roll-say")?.remove();
  if (!message) return;
  const box = document.createElement("form");
  box.className = "roll-say";
  const text = document.createElement("p");
  text.setAttribute("role", "alert");
  text.textContent = message;
  box.append(text);
  if (extra) box.append(extra);
  for (const [choice, title] of choices) {
    const button = document.createElement("button");
    button.type = choice === "reason" ? "submit" : "button";
    if (choice !== "reason") button.dataset.choice = choice;
    button.className = "btn btn-outline-secondary";
    button.textContent = title;
    box.append(button);
  }
  state.line.append(box);
}

export function askConflict(state, { dataset: { stored: now, version, who, when, message } }) {
  state.theirs = { text: now, version: Number(version) };
  say(state, `${message} Записано «${now || "пусто"}»${who ? ` (${who}, ${when})` : ""}, у вас «${state.text || "пусто"}».`,
    [["mine", `Записать «${state.text || "пусто"}»`], ["theirs", `Оставить «${now || "пусто"}»`]]);
}

export function askReason(state, message) {
  const input = document.createElement("input");
  input.className = "form-control";
  input.name = "reason";
  input.maxLength = 500;
  input.required = true;
  input.placeholder = "Причина правки";
  input.setAttribute("aria-label", "Причина правки");
  say(state, message, [["reason", "Сохранить с причиной"], ["back", "Вернуть как было"]], input);
  input.focus();
}
