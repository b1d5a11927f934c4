// What every page has: the CSRF header, signing in again in place, messages, menus and dialogs.
// Other modules import from here: csrfToken, send, signInAgain, announce, toast.

import { SignInRefused, signInAgain } from "./sign-in-again.js";
import { csrfToken, viewerId } from "./session.js";
import { bringBack } from "./kept-form.js";
import { announce, announceNext, toast } from "./messages.js";
import "./once.js";
import "./sending.js";
import "./swaps.js";

export { announce, announceNext, csrfToken, signInAgain, SignInRefused, toast };

/** fetch() to our own server. When the session has run out the password is asked for in place and the request is
 *  sent again; rejects with SignInRefused when the person would not, or somebody else signed in meanwhile. */
export async function send(url, options = {}, again = true) {
  const response = await fetch(url, { credentials: "same-origin", ...options, headers: withSession(options.headers) });
  if (!again || !response.headers.has("X-Sign-In")) return response;
  await signInAgain();
  return send(url, options, false);
}

function withSession(headers = {}) {
  const own = { "HX-Request": "true", "X-CSRFToken": csrfToken() };
  if (viewerId()) own["X-Viewer"] = viewerId();
  return { ...headers, ...own };
}

// ── htmx: all its requests go through send() ────────────────────────────────
document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = event.detail;
  ctx.fetch = async (url, request) => {
    try {
      // News that a page asks for by itself must not interrupt anybody with the password.
      return await send(url, { ...request, headers: request.headers }, !ctx.poll);
    } catch (error) {
      if (error instanceof SignInRefused) return new Response("", { status: 401 });
      throw error;
    }
  };
});

// An element inside [data-own-errors] shows its failures itself.
const tellsItself = (element) => element?.closest?.("[data-own-errors]");
const SWAPPED = new Set([409, 422, 423]);

document.addEventListener("htmx:response:error", (event) => {
  const { ctx } = event.detail;
  if (event.defaultPrevented || SWAPPED.has(ctx.response.status) || tellsItself(ctx.sourceElement)) return;
  toast(errorText(ctx.text) || "Не получилось. Обновите страницу и повторите.", "bad");
});

document.addEventListener("htmx:error", (event) => {
  const { ctx } = event.detail;
  if (event.defaultPrevented || tellsItself(ctx?.sourceElement)) return;
  toast("Нет связи с сервером. Проверьте сеть и повторите.", "bad");
});

/** The Russian text of an error fragment (templates/errors/_error.html), or "". `part`: only its beginning. */
export function errorText(html, part = "[data-error]") {
  const parsed = new DOMParser().parseFromString(html || "", "text/html");
  return parsed.querySelector(part)?.textContent.trim().replace(/\s+/g, " ") ?? "";
}

// ── Menus that drop down, dialogs, forms that fill themselves ──────────────
document.addEventListener("click", (event) => {
  for (const drop of document.querySelectorAll("details[data-drop][open]")) {
    if (!drop.contains(event.target)) drop.open = false;
  }
  const opener = event.target.closest("[data-dialog-open]");
  if (opener) document.getElementById(opener.dataset.dialogOpen)?.showModal();
  if (event.target.closest("[data-dialog-close]")) event.target.closest("dialog")?.close();
  const demo = event.target.closest("[data-fill-login]");
  if (demo) fillDemoLogin(demo);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const drop = document.querySelector("details[data-drop][open]");
  if (!drop) return;
  drop.open = false;
  drop.querySelector("summary").focus();
});

function fillDemoLogin(button) {
  const form = document.getElementById("sign-in");
  form.elements.username.value = button.dataset.fillLogin;
  form.elements.password.value = button.dataset.fillPassword;
  form.querySelector("button").focus();
}

// A row of sections too long for a phone begins at the one that is open.
for (const open of document.querySelectorAll('.section-nav [aria-current="page"], .menu-daily [aria-current]')) {
  const row = open.closest(".section-parts") ?? open.closest("ul, .menu-daily");
  row.scrollLeft = open.offsetLeft - row.offsetLeft - 32;
}

// What the keyboard comes to in a row that scrolls is shown whole: a browser leaves half of it out of sight.
document.addEventListener("focusin", ({ target }) => {
  if (!target.closest(".table-frame, .menu-daily, .section-nav ul") || !target.matches(":focus-visible")) return;
  if (!target.matches(".table-frame")) target.scrollIntoView({ block: "nearest", inline: "nearest" });
});

// A filter that takes effect when chosen.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
});

// Files that are too large are told of before they are sent; a little of the limit is left to the form's text.
const megabytes = (bytes) => `${Math.floor(bytes / 1024 / 1024)} МБ`;

function complaintAbout(files) {
  const { maxFile, maxSending } = document.body.dataset;
  const large = files.find((file) => file.size > Number(maxFile));
  if (large) return `«${large.name}» больше ${megabytes(maxFile)}: уменьшите файл или выберите другой.`;
  const total = files.reduce((sum, file) => sum + file.size, 0);
  return total > Number(maxSending) * 0.98
    ? `Все файлы вместе больше ${megabytes(maxSending)}: отправьте их в несколько приёмов.`
    : "";
}

document.addEventListener("change", (event) => {
  if (event.target.type !== "file") return;
  event.target.setCustomValidity(complaintAbout([...event.target.files]));
  event.target.reportValidity();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

window.addEventListener("load", bringBack);

// What a page sends by itself (hx-trigger="pageready from:body") waits until requests carry the token: htmx may be
// there before this file is.
const ready = () => setTimeout(() => document.body.dispatchEvent(new Event("pageready")), 0);
if (document.readyState === "complete") ready();
else window.addEventListener("load", ready);
