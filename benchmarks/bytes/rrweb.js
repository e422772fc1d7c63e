// As PostHog records, canvases included; every event goes to the benchmark as JSON. It makes frames for itself.
if (window.top === window)
  document.addEventListener("DOMContentLoaded", () => {
    rrweb.record({
      emit: (event) => benchEvent(JSON.stringify(event)),
      maskAllInputs: true,
      recordCanvas: true,
      sampling: { canvas: 2 },
      dataURLOptions: { type: "image/webp", quality: 0.6 },
    });
  });
