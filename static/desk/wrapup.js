// The note of a call: kept at every key, chosen and saved by keyboard, saved exactly once whatever fails meanwhile.

import { Keeper } from "./keeper.js";
import { csrfToken, sendLeftovers } from "./leftovers.js";
import { poll } from "./poll.js";
import { signInAgain } from "./sign_in.js";
import { session } from "./store.js";
import { word } from "./words.js";

const TRY_AGAIN_MILLISECONDS = 3000;
const REFUSED_AT_MOST = 5;
const SAVED = "saved:";

const wrapup = document.querySelector("[data-wrapup]");
if (wrapup) begin(wrapup);

function begin(form) {
  const keeper = new Keeper(form);
  form.addEventListener("input", () => keeper.typed());
  form.addEventListener("submit", (event) => save(event, form, keeper));
  form.addEventListener("click", (event) => goOnTyping(event, form));
  document.addEventListener("keydown", (event) => press(event, form));
  window.addEventListener("pagehide", () => keeper.flush());
  window.addEventListener("online", () => keeper.send());
  window.addEventListener("pageshow", (event) => event.persisted && goOnWithSaved(form));
  for (const button of document.querySelectorAll("[data-discards]")) {
    button.form.addEventListener("submit", () => keeper.drop());
  }
  for (const element of document.querySelectorAll(".handled[data-poll]")) poll(element);
  window.addEventListener("beforeunload", (event) => keeper.isSaving && event.preventDefault());
  if (!form.dataset.continues) goOnWithSaved(form);
  if (isTouched(form)) keeper.typed();
  goOnAtTheEnd(form.elements.comments);
  showLeftovers(form, keeper);
}

// Whoever goes on with words goes on behind them.
function goOnAtTheEnd(comments) {
  if (!comments.selectionEnd) comments.setSelectionRange(comments.value.length, comments.value.length);
}

// Whether something stands in the form that the server has not put there: whoever types is faster than a script loads.
function isTouched(form) {
  const { comments } = form.elements;
  const chosen = [...form.querySelectorAll("[type=radio]")].some((radio) => radio.checked !== radio.defaultChecked);
  return chosen || comments.value !== comments.defaultValue;
}

// Words of this number that a closed window left in the browser: once the server has them, the page shows them.
async function showLeftovers(form, keeper) {
  const sent = await sendLeftovers(form.dataset.agent, form.dataset.keep);
  const mine = sent.some((draft) => draft.number === form.dataset.number);
  if (mine && !keeper.sequence) location.reload();
}

// Whoever comes back to a note that was saved corrects it. (A draft that the server just gave is none that was saved.)
function goOnWithSaved(form) {
  const note = session.read(SAVED + form.elements.submission.value);
  if (!note) return;
  const query = new URLSearchParams({ cid: form.dataset.number, corrects: note });
  location.replace(`${location.pathname}?${query}`);
}

// Keys

function press(event, form) {
  const isText = event.target.matches("textarea, input:not([type=radio]):not([type=checkbox])");
  const keys = isText ? /^Digit([1-9])$/ : /^(?:Digit|Numpad)([1-9])$/;
  const digit = keys.exec(event.code)?.[1];
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit();
  } else if (digit && !event.ctrlKey && !event.metaKey && (event.altKey || !isText)) {
    const name = event.target.name === "when" ? "when" : "disposition";
    const choice = form.querySelectorAll(`[name=${name}]`)[digit - 1];
    if (!choice) return;
    event.preventDefault();
    choice.click();
    choice.closest("label").scrollIntoView({ block: "nearest" });
  } else if (!isText && event.target.matches("body, [type=radio]") && isLetter(event)) {
    form.elements.comments.focus();
  }
}

// A letter that is typed beside the words belongs to them; a blank chooses, as in any form.
function isLetter({ key, ctrlKey, metaKey, altKey }) {
  return key.length === 1 && key !== " " && !/[0-9]/.test(key) && !ctrlKey && !metaKey && !altKey;
}

// Whoever chose with the mouse goes on typing, unless there is a time to choose first.
function goOnTyping(event, form) {
  const choice = event.detail ? event.target.closest("label.choice")?.control : null;
  if (choice?.matches("[name=disposition]:not([data-asks-for-time]), [name=when]:not([data-picks])")) {
    setTimeout(() => form.elements.comments.focus());
  }
}

// Saving

async function save(event, form, keeper) {
  event.preventDefault();
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  keeper.isSaving = true;
  keeper.say(word("saving"));
  const response = await post(form, keeper);
  form.ariaBusy = "false";
  keeper.isSaving = false;
  if (response) await conclude(response, form, keeper);
  keeper.send();
}

// Tries until the server answers; the form's id makes it one note, however often it arrives.
async function post(form, keeper) {
  for (let refused = 0; ; ) {
    keeper.saving = keeper.sequence;
    const response = await attempt(form, keeper);
    if ((response?.status === 401 || response?.status === 403) && refused++ < REFUSED_AT_MOST) {
      keeper.warn(word("signed-out"));
      if (await signInAgain().catch(() => true)) continue;
      keeper.warn(word("still-signed-out"));
      form.elements.comments.focus();
      return null;
    }
    if (response && response.status < 500) return response;
    keeper.warn(word("trying-again"));
    await online(TRY_AGAIN_MILLISECONDS);
  }
}

async function attempt(form, keeper) {
  try {
    const headers = { Accept: "application/json", "X-CSRFToken": csrfToken() };
    return await fetch(form.action, { method: "POST", body: keeper.whole(), headers });
  } catch {
    return null;
  }
}

function online(milliseconds) {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
    window.addEventListener("online", resolve, { once: true });
  });
}

async function conclude(response, form, keeper) {
  if (response.ok) {
    const { go, note } = await response.json();
    session.write(SAVED + form.elements.submission.value, note);
    if (keeper.sequence === keeper.saving) keeper.drop();
    else keeper.takeOwnPlace(keeper.draft(), { saved: note });
    location.assign(go);
  } else if (response.status === 422) {
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    showErrors(form, page.querySelector("[data-wrapup]"));
    keeper.say(word("not-saved"));
  } else {
    keeper.warn(word("refused").replace("{status}", response.status));
  }
}

// The form as the server answered it: what is typed stays in place, with what is wrong beside it.
function showErrors(form, answered) {
  for (const error of form.querySelectorAll(".errors")) error.remove();
  for (const error of answered.querySelectorAll(".errors")) {
    const place = error.parentElement;
    const name = place.querySelector("[name]")?.name;
    const here = place === answered ? form : form.querySelector(`[name="${name}"]`)?.closest(".field");
    if (here && here !== form) here.append(error);
    else form.prepend(error);
  }
  for (const name of ["aria-invalid", "aria-describedby"]) {
    const value = answered.querySelector("textarea").getAttribute(name);
    value === null ? form.elements.comments.removeAttribute(name) : form.elements.comments.setAttribute(name, value);
  }
  const faulty = form.querySelector(".field:has(> .errors) :is(input, textarea)");
  (faulty ?? form.elements.comments).focus();
}
