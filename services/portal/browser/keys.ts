// A desk works with the keyboard alone: what carries `data-key` is a link or a button, and the key does what it does.
document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey) return;
  const name = event.altKey ? `Alt ${event.key}` : event.key;
  if (!/^(F\d+|Alt \d|Escape)$/.test(name)) return;
  const field = document.activeElement;
  // Escape first empties the field, and finishes only when it is empty already.
  if (name === "Escape" && field instanceof HTMLInputElement && field.value !== "") {
    field.value = "";
    return;
  }
  const target = document.querySelector<HTMLElement>(`[data-key="${name}"]`);
  if (!target) return;
  event.preventDefault();
  target.click();
});
