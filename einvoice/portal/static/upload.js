// Drag and drop with live states. Without this module the form works as any form does.

import { follow } from "./watch.js";

const AT_ONCE = 2; // files on their way at the same time

const form = document.getElementById("upload");
const field = document.getElementById("files");
const entries = document.getElementById("entries");
const announcement = document.getElementById("announcement");
const words = document.getElementById("words").dataset;
const limit = Number(form.dataset.limit);

const waiting = [];
let sending = 0;

form.classList.add("live");
field.addEventListener("change", () => {
  take(field.files);
  field.value = "";
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  take(field.files);
});

// Anywhere on the page: a file dropped beside the field would replace the page.
let inside = 0;
addEventListener("dragenter", (event) => {
  event.preventDefault();
  inside += 1;
  form.classList.add("over");
});
addEventListener("dragleave", () => {
  inside -= 1;
  if (inside <= 0) calm();
});
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  calm();
  if (event.dataTransfer) take(event.dataTransfer.files);
});

for (const entry of entries.querySelectorAll("[data-state]")) watch(entry, entry.dataset.state);

function calm() {
  inside = 0;
  form.classList.remove("over");
}

function take(files) {
  document.getElementById("none")?.remove();
  for (const file of files) {
    const entry = document.getElementById("sending").content.cloneNode(true).firstElementChild;
    entry.querySelector("[data-name]").textContent = file.name;
    entries.prepend(entry);
    waiting.push({ file, entry });
  }
  next();
}

function next() {
  while (sending < AT_ONCE && waiting.length > 0) {
    sending += 1;
    send(waiting.shift()).finally(() => {
      sending -= 1;
      next();
    });
  }
}

async function send({ file, entry }) {
  if (file.size > limit) return fail(entry, file, words.tooLarge, false);
  const word = entry.querySelector("[data-word]");
  if (word) word.textContent = words.uploading;
  const answer = await post(file, entry.querySelector("[data-progress]"));
  if (answer === null) return fail(entry, file, words.failed, true);
  if (answer.status === 401) return fail(entry, file, words.signedOut, true);
  if (answer.status !== 202) return fail(entry, file, `${answer.body.detail ?? words.failed} ${answer.body.remedy ?? ""}`, true);
  show(entry, answer.body);
  if (!answer.body.settled) watch(entry, answer.body.state);
}

// fetch() tells nothing about the progress of an upload.
function post(file, progress) {
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRF-Token", form.dataset.csrf);
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (progress && event.lengthComputable) progress.value = (100 * event.loaded) / event.total;
    });
    request.addEventListener("load", () => done({ status: request.status, body: request.response ?? {} }));
    request.addEventListener("error", () => done(null));
    const data = new FormData();
    data.append("files", file, file.name);
    request.send(data);
  });
}

function watch(entry, address) {
  follow(address, (state) => show(entry, state));
}

function show(entry, state) {
  if (entry.dataset.html === state.html) return;
  entry.dataset.html = state.html;
  entry.innerHTML = state.html; // escaped by the server; the page's policy runs no inline script
  if (state.settled) announcement.textContent = state.announcement;
}

function fail(entry, file, message, again) {
  const failed = document.getElementById("failed").content.cloneNode(true);
  failed.querySelector("[data-name]").textContent = file.name;
  failed.querySelector("[data-message]").textContent = message;
  const retry = failed.querySelector("[data-retry]");
  if (!again) retry.remove();
  retry.addEventListener("click", () => {
    entry.remove();
    take([file]);
  });
  entry.replaceChildren(failed);
  announcement.textContent = `${file.name}: ${message}`;
}
