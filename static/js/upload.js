// The live upload page: choosing and dropping, starting, and going on to the batch.

import { fromDrop, fromInput } from "./gather.js";
import { Sender } from "./sender.js";
import { Board } from "./sending.js";

const form = document.querySelector("[data-upload]");
const section = document.querySelector("[data-sending]");
const files = form.querySelector("input[name=files]");
const folder = form.querySelector("[data-folder-input]");
let board = null;
let leaving = false;

const sender = new Sender(
  { newBatch: form.dataset.newBatch, token: form.querySelector("[name=csrfmiddlewaretoken]").value },
  (entry) => {
    board?.changed(entry);
    if (!sender.isBusy) finish();
  },
);

for (const part of form.querySelectorAll("[data-plain]")) part.hidden = true;
for (const part of form.querySelectorAll("[data-live]")) part.hidden = false;

function offer(offers) {
  if (!offers.length) return;
  if (!board) {
    board = new Board(section, sender);
    section.hidden = false;
    document.querySelector("[data-steps]").hidden = true;
    form.classList.add("is-small");
  }
  sender.add(offers);
  board.changed(null);
}

for (const button of form.querySelectorAll("[data-choose]")) {
  button.addEventListener("click", () => (button.dataset.choose === "folder" ? folder : files).click());
}

for (const input of [files, folder]) {
  input.addEventListener("change", () => {
    offer(fromInput(input));
    input.value = ""; // the same choice again must be a change again
  });
}

function tell(words) {
  const place = form.querySelector("[data-tell]");
  place.textContent = words;
  place.hidden = false;
}

// The whole page takes drops, so that a near miss does not open the file instead.
let depth = 0;

function over(isOver) {
  form.classList.toggle("is-over", isOver);
}

const hasFiles = (event) => event.dataTransfer?.types.includes("Files");

document.addEventListener("dragenter", (event) => {
  if (hasFiles(event)) over((depth += 1) > 0);
});
document.addEventListener("dragleave", (event) => {
  if (hasFiles(event)) over((depth = Math.max(0, depth - 1)) > 0);
});
document.addEventListener("dragover", (event) => {
  if (hasFiles(event)) event.preventDefault();
});
document.addEventListener("drop", async (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault();
  over((depth = 0) > 0);
  const title = form.querySelector("p.drop-title");
  const words = title.textContent;
  title.textContent = "Looking through what was dropped …";
  const offers = await fromDrop(event.dataTransfer);
  title.textContent = words;
  offer(offers);
  const lost = offers.unreadable?.length ?? 0;
  if (lost) tell(`${lost} could not be read by the browser: ${offers.unreadable.slice(0, 3).join(", ")}.`);
  else if (!offers.length) tell("There was no file in that.");
});

section.querySelector("[data-retry-all]").addEventListener("click", () => {
  sender.retry(sender.entries.filter((entry) => entry.state === "failed"));
});

function finish() {
  const failed = sender.entries.some((entry) => entry.state === "failed");
  if (failed || sender.stopped || document.hidden || !sender.batch || leaving) return;
  leaving = true;
  setTimeout(() => {
    leaving = false;
    if (!sender.isBusy && !document.hidden) location.assign(sender.batch.url);
  }, 700);
}

addEventListener("beforeunload", (event) => {
  if (sender.isBusy) event.preventDefault();
});
