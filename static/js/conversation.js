// The write box: Ctrl+Enter, drafts kept here and on the server, and a message that is never lost nor sent twice.

import { announceNext, csrfToken, errorText, send, SignInRefused } from "./app.js";
import { draftKey, settle } from "./inbox.js";

const PAUSE = 1500; // ms without typing before a draft goes to the server
const AGAIN = 6000; // ms before a message that did not get through is tried once more, unless the network is back before
const form = document.getElementById("write");
if (form) start();

function start() {
  const text = form.elements.text;
  const key = draftKey(form.dataset.write);
  const state = form.querySelector("[data-write-state]");
  let timer = null, saving = null, sending = false, failed = false;

  const tell = (words, kind = "") => {
    if (state.textContent !== words) state.textContent = words; // said once, however often the draft is kept
    state.dataset.kind = kind;
  };
  const clock = () => new Date().toLocaleTimeString("ru-RU", { hour: "2-digit", minute: "2-digit" });

  // What was typed in this tab and not sent is newer than what the server keeps.
  const kept = sessionStorage.getItem(key);
  if (kept && kept !== text.value) {
    text.value = kept;
    tell("Восстановлен черновик этой вкладки.");
  } else if (text.value && form.dataset.draft) {
    tell("Восстановлен черновик.");
  }

  // ── Drafts ────────────────────────────────────────────────────────────────
  text.addEventListener("input", () => {
    sessionStorage.setItem(key, text.value);
    // Another text is another message, wherever the last one got to.
    if (failed) renew();
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  });

  // And so is the same one with another file: under the old number the server would take it for the one it may have.
  form.elements.files.addEventListener("change", () => { if (failed) renew(); });

  async function save() {
    if (!form.dataset.draft) return tell(`Черновик сохранён на этой странице, ${clock()}`);
    const body = new URLSearchParams({ text: text.value });
    saving = send(form.dataset.draft, { method: "POST", body }, false);
    try {
      const response = await saving;
      if (!sending) tell(response.ok ? `Черновик сохранён, ${clock()}` : "Черновик хранится пока только на этой странице.");
    } catch {
      if (!sending) tell("Нет связи: черновик хранится на этой странице.", "bad");
    } finally {
      saving = null;
    }
  }

  window.addEventListener("pagehide", () => {
    if (!timer || sending || !form.dataset.draft || !sessionStorage.getItem(key)) return;
    const body = new URLSearchParams({ text: text.value, csrf_token: csrfToken() });
    fetch(form.dataset.draft, { method: "POST", body, keepalive: true, credentials: "same-origin", headers: { "HX-Request": "true" } });
  });

  // What is typed while nothing has the keyboard, as after the talk has opened, is the answer.
  document.addEventListener("keydown", (event) => {
    if (event.target !== document.body || event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key !== " " && !document.querySelector("dialog[open]")) text.focus();
  });

  // ── Sending ───────────────────────────────────────────────────────────────
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
    }
  });

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (sending) return;
    if (!text.value.trim() && !form.elements.files.files.length) {
      tell("Напишите сообщение или приложите файл.", "bad");
      return text.focus();
    }
    lock(true);
    clearTimeout(timer);
    timer = null;
    // A draft that arrives after its message would come back to life.
    await saving?.catch(() => {});
    tell("Отправляется…");
    await deliver(true);
    lock(false);
    text.focus();
  });

  /** Once more by itself where nobody knows whether it arrived: the server takes a request of one number once. */
  async function deliver(again) {
    let response;
    try {
      response = await send(form.action, { method: "POST", body: new FormData(form) });
    } catch (error) {
      failed = true;
      if (error instanceof SignInRefused) return tell("Не отправлено: вы не вошли. Текст остался на странице.", "bad");
    }
    if (response?.ok) return done(response);
    if (again && (!response || response.status >= 500)) {
      tell("Нет связи. Отправлю ещё раз, как только она появится…", "bad");
      await network();
      return deliver(false);
    }
    failed = true;
    const words = response ? errorText(await response.text()) : "";
    return tell(words || "Не отправлено: нет связи. Текст сохранён здесь — нажмите «Отправить» ещё раз.", "bad");
  }

  async function done(response) {
    const place = response.headers.get("X-Place");
    sessionStorage.removeItem(key);
    form.reset();
    text.value = "";
    renew();
    const list = document.getElementById("letters");
    if (!list || !place.endsWith(`/${list.dataset.conversation}`)) {
      announceNext("Сообщение отправлено.");
      return window.location.assign(place);
    }
    await htmx.swap({ text: await response.text(), sourceElement: list, target: list, swap: "innerMorph" });
    settle(true);
    return tell("Отправлено.");
  }

  function renew() {
    failed = false;
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    form.elements.request_id.value = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  function lock(on) {
    sending = on;
    text.readOnly = on;
    form.querySelector("button[type=submit]").disabled = on;
  }
}

/** The network is back, or it was long enough. */
function network() {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, AGAIN);
    window.addEventListener("online", done);
  });
}
