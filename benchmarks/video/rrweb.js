// The same session for the peers: every event goes to the benchmark as JSON. Frames are recorded from the top.
if (window.top === window)
  document.addEventListener("DOMContentLoaded", () => {
    rrweb.record({
      emit: (event) => benchEvent(JSON.stringify(event)),
      recordAfter: "DOMContentLoaded",
      recordCanvas: true,
      inlineImages: false,
      sampling: { mousemove: 50, canvas: 2 },
      dataURLOptions: { type: "image/webp", quality: 0.6 },
    });
  });
