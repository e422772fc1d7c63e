"""What a visitor does on a page, a line each."""

from playwright.sync_api import Page

from tests.fidelity.features import Feature, sized

# Fonts, images and transitions have come to their end, and that has been drawn.
AT_REST = """async () => {
  await document.fonts.ready;
  const images = [...document.images].filter((image) => !image.complete && image.loading !== "lazy");
  await Promise.allSettled(images.map((image) => image.decode()));
  const isTimed = (one) => one.playState === "running" && one.timeline === document.timeline;
  const ends = (one) => isTimed(one) && one.effect?.getComputedTiming().endTime !== Infinity;
  await Promise.allSettled(document.getAnimations().filter(ends).map((one) => one.finished));
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""


def emulate(page: Page, feature: Feature) -> None:
    """The size, and all that media queries ask of the visitor's machine."""
    width, height = feature.size
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(
        media="print" if "print" in feature.media else "screen",
        color_scheme="dark" if "dark" in feature.media else "light",
        reduced_motion="reduce" if "reduced-motion" in feature.media else "no-preference",
        contrast="more" if "more-contrast" in feature.media else "no-preference",
        forced_colors="active" if "forced-colors" in feature.media else "none",
    )
    page.mouse.move(width - 1, height - 1)


def take(page: Page, step: str) -> None:
    """Raises ValueError for a step that is not known."""
    name, _, rest = step.partition(" ")
    selector, _, given = rest.partition(" ")
    match name:
        case "hover":
            page.hover(selector, force=True)
        case "click":
            page.click(selector, force=True)
        case "press":  # and hold
            page.hover(selector, force=True)
            page.mouse.down()
        case "away":
            size = page.viewport_size or {"width": 1, "height": 1}
            page.mouse.move(size["width"] - 1, size["height"] - 1)
        case "release":
            page.mouse.up()
        case "key":
            page.keyboard.press(rest)
        case "type":
            page.locator(selector).press_sequentially(given)
        case "wheel":
            page.mouse.wheel(0, float(rest))
        case "select":
            page.select_option(selector, given.split(","))
        case "size":
            width, height = sized(rest)
            page.set_viewport_size({"width": width, "height": height})
        case "run":
            page.evaluate(f"async () => {{ {rest} }}")
        case "until":
            page.wait_for_function(rest)
        case "pinch":
            session = page.context.new_cdp_session(page)
            session.send("Emulation.setPageScaleFactor", {"pageScaleFactor": float(rest)})
        case "dark":
            page.emulate_media(color_scheme="dark")
        case _:
            raise ValueError(f"no such step: {step}")
