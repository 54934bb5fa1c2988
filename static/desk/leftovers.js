// What this browser holds of wrap-ups, until the server has it: one entry for each window that wrote.

import { local } from "./store.js";

const PREFIX = "wrapup";

// Answers whether the browser could.
export function remember(draft) {
  return local.write(keyOf(draft), JSON.stringify(draft));
}

// Drops an entry, unless more has been written since.
export function forget(draft) {
  if (local.read(keyOf(draft)) === JSON.stringify(draft)) local.drop(keyOf(draft));
}

// Sends what windows could not send before they were closed. Answers the drafts that the server took.
export async function sendLeftovers(agent, address) {
  const sent = [];
  for (const draft of leftovers(agent)) {
    if (await deliver(draft, address)) sent.push(draft);
  }
  return sent;
}

// Keeps a draft on the server. Answers what came of it, `saved` and `elsewhere` where that was told; null if unreached.
export async function keep(draft, address, options = {}) {
  try {
    const headers = { Accept: "application/json", "X-CSRFToken": csrfToken() };
    const response = await fetch(address, { method: "POST", body: asForm(draft), headers, ...options });
    const told = response.status === 409 ? await response.json() : {};
    return { status: response.status, ...told };
  } catch {
    return null;
  }
}

export function asForm(draft) {
  const { fields, ...identity } = draft;
  const form = new FormData();
  for (const [name, value] of Object.entries({ ...fields, ...identity })) form.set(name, value);
  return form;
}

// The same words as a wrap-up of their own, beside the one that they cannot be part of: however often they are sent, one.
export function forked(draft, corrects = draft.corrects) {
  return { ...draft, corrects, submission: draft.fork, continues_window: "", continues_sequence: "" };
}

// Random, also where the page came by plain HTTP.
export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export function csrfToken() {
  return document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
}

async function deliver(draft, address) {
  let answer = await keep(draft, address);
  if (answer?.elsewhere || (answer?.saved && !answer.is_same)) {
    answer = await keep(forked(draft, answer.saved || draft.corrects), address);
  }
  const isThere = answer?.status === 204 || Boolean(answer?.is_same);
  if (isThere) forget(draft);
  return isThere;
}

function leftovers(agent) {
  const keys = local.keys().filter((key) => key.startsWith(`${PREFIX}:${agent}:`));
  return keys.map((key) => JSON.parse(local.read(key)));
}

function keyOf(draft) {
  return `${PREFIX}:${draft.agent}:${draft.window}`;
}
