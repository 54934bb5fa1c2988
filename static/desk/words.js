// What scripts say, in the reader's language: the page holds it (desk/_words.html).

const words = document.querySelector("#words")?.content;

export function word(name) {
  return words.querySelector(`[data-word="${name}"]`).textContent;
}
