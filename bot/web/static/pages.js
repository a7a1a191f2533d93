"use strict";
// Small comforts; every page works without them.

for (const time of document.querySelectorAll("time[datetime]")) {
  const moment = new Date(time.dateTime);
  time.textContent = moment.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

for (const box of document.querySelectorAll("textarea[data-most]")) {
  const left = document.createElement("p");
  left.className = "left";
  const count = () => {
    const rest = Number(box.dataset.most) - box.value.length;
    left.textContent = `${rest.toLocaleString()} characters left`;
  };
  box.after(left);
  box.addEventListener("input", count);
  count();
}

// A chosen file stands in for what would be pasted.
for (const file of document.querySelectorAll("input[type=file][data-for]")) {
  const box = document.getElementById(file.dataset.for);
  const needed = box.required;
  file.addEventListener("change", () => {
    box.required = needed && file.files.length === 0;
  });
}

for (const form of document.querySelectorAll("form")) {
  form.addEventListener("submit", (event) => {
    const pressed = event.submitter;
    // After the form was read: a disabled button's value is not sent.
    setTimeout(() => {
      for (const button of form.querySelectorAll("button")) button.disabled = true;
      if (pressed && pressed.value === "test") pressed.textContent = "Testing…";
      if (pressed && pressed.value.startsWith("save")) pressed.textContent = "Saving…";
    }, 0);
  });
}

const said = document.getElementById("said");
const wrong = document.querySelector("[aria-invalid=true]");
if (wrong) wrong.focus();
else if (said) said.focus();
