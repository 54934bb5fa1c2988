// Signs in again on the page itself, so that nothing that was typed has to be left: the password, then a code if one is asked.

import { word } from "./words.js";

const dialog = document.querySelector("#sign-in-again");
const form = dialog?.querySelector("form");
let running = null;
let csrf = "";

// Answers whether the page's own agent is signed in now. Asks for the password only where it must.
export function signInAgain() {
  running ??= ask().finally(() => (running = null));
  return running;
}

async function ask() {
  const now = await (await fetch(form.dataset.address, { headers: { Accept: "application/json" } })).json();
  if (String(now.agent) === form.dataset.agent) {
    takeToken(now.csrf);
    return true;
  }
  csrf = now.csrf;
  say("");
  dialog.showModal();
  showStep("password");
  return new Promise((resolve) => {
    form.onsubmit = async (event) => {
      event.preventDefault();
      if (await signIn()) {
        dialog.close();
        resolve(true);
      }
    };
    form.querySelector("[data-later]").onclick = () => dialog.close();
    dialog.onclose = () => resolve(false);
  });
}

// Sends what the step asks for. Answers whether that was all.
async function signIn() {
  const { status, told } = await send();
  csrf = told.csrf ?? csrf;
  say("");
  if (told.asks_for_code) showStep("code");
  else if (status === 200) {
    takeToken(told.csrf);
    for (const input of inputs()) input.value = "";
    return true;
  } else {
    if (told.asks_for_password) showStep("password");
    say((told.errors ?? [word("did-not-work")]).join(" "));
    current().select();
  }
  return false;
}

async function send() {
  const isCode = current().name === "code";
  const body = new FormData();
  body.set("username", form.dataset.username);
  body.set(current().name, current().value);
  try {
    const headers = { Accept: "application/json", "X-CSRFToken": csrf };
    const address = isCode ? form.dataset.codeAddress : form.dataset.address;
    const response = await fetch(address, { method: "POST", body, headers });
    return { status: response.status, told: await response.json() };
  } catch {
    return { status: 0, told: { errors: [word("unreached")] } };
  }
}

function inputs() {
  return [...form.querySelectorAll("[data-step] input")];
}

function current() {
  return inputs().find((input) => !input.closest("[data-step]").hidden);
}

function showStep(name) {
  for (const step of form.querySelectorAll("[data-step]")) step.hidden = step.dataset.step !== name;
  current().value = "";
  current().focus();
}

function say(text) {
  const alert = form.querySelector("[role=alert]");
  alert.textContent = text;
  alert.hidden = !text;
}

// A sign-in makes a new token: every form of the page takes it, if it is the page's own agent who signed in.
function takeToken(token) {
  for (const input of document.querySelectorAll("[name=csrfmiddlewaretoken]")) input.value = token;
}
