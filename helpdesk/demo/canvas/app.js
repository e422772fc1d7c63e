// A page without HTML: everything is drawn on one canvas. It hands its scene over as page information.
"use strict";

const canvas = document.querySelector("canvas");
const context = canvas.getContext("2d");
const bays = ["Berlin", "Oslo", "上海", "Lima", "Accra", "Quito"].map((city, index) => ({ city, loaded: index * 15 }));
let driver = "";

function scene() {
  const children = [
    { tag: "label", attributes: { size: "24" }, text: "Loading bay", rect: [24, 16, 400, 32] },
    { tag: "field", attributes: { name: "driver", value: driver }, rect: [24, 64, 320, 36] },
  ];
  bays.forEach((bay, index) => {
    const x = 24 + (index % 3) * 260;
    const y = 120 + Math.floor(index / 3) * 150;
    children.push({
      tag: "panel",
      attributes: { state: bay.loaded >= 60 ? "late" : "calm" },
      rect: [x, y, 240, 130],
      children: [
        { tag: "label", attributes: { size: "18" }, text: bay.city, rect: [16, 12, 200, 24] },
        { tag: "label", attributes: { size: "14" }, text: `${bay.loaded} %`, rect: [16, 48, 200, 20] },
        { tag: "button", attributes: { name: `load-${index}` }, text: "Load", rect: [16, 84, 88, 32] },
      ],
    });
  });
  return { tag: "screen", attributes: {}, rect: [0, 0, innerWidth, innerHeight], children };
}

const painters = {
  screen: (_, [, , w, h]) => fill("#f4f6fa", 0, 0, w, h),
  panel: (node, [x, y, w, h]) => fill(node.attributes.state === "late" ? "#ffe3d6" : "#ffffff", x, y, w, h),
  button: (node, [x, y, w, h]) => {
    fill("#2f5fd0", x, y, w, h);
    write(node.text, x + 24, y + h / 2, 14, "#ffffff");
  },
  field: (node, [x, y, w, h]) => {
    fill("#ffffff", x, y, w, h);
    write(node.attributes.value || "Driver", x + 12, y + h / 2, 14, "#445");
  },
  label: (node, [x, y, , h]) => write(node.text, x, y + h / 2, Number(node.attributes.size), "#223"),
};

function fill(colour, x, y, w, h) {
  context.fillStyle = colour;
  context.fillRect(x, y, w, h);
}

function write(text, x, y, size, colour) {
  context.fillStyle = colour;
  context.textBaseline = "middle";
  context.font = `${size}px sans-serif`;
  context.fillText(text, x, y);
}

function paint(node, left = 0, top = 0) {
  const [x, y, w, h] = node.rect;
  painters[node.tag](node, [left + x, top + y, w, h]);
  for (const child of node.children ?? []) paint(child, left + x, top + y);
}

function draw() {
  canvas.width = innerWidth * devicePixelRatio;
  canvas.height = innerHeight * devicePixelRatio;
  context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
  const root = scene();
  paint(root);
  window.Alongside?.nativeUpdate({ pageId: "loading-bay", root });
}

function buttonAt(x, y) {
  return bays.findIndex((_, index) => {
    const left = 24 + (index % 3) * 260 + 16;
    const top = 120 + Math.floor(index / 3) * 150 + 84;
    return x >= left && x <= left + 88 && y >= top && y <= top + 32;
  });
}

canvas.addEventListener("click", (event) => {
  const index = buttonAt(event.clientX, event.clientY);
  if (index < 0) return;
  bays[index].loaded = Math.min(100, bays[index].loaded + 20);
  draw();
});
addEventListener("keydown", (event) => {
  if (event.key.length === 1) driver += event.key;
  else if (event.key === "Backspace") driver = driver.slice(0, -1);
  else return;
  draw();
});
addEventListener("resize", draw);
addEventListener("load", () => {
  draw();
  window.Alongside?.nativePage({ pageId: "loading-bay", title: document.title, root: scene() });
});
