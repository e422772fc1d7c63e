import { followTheme } from "../console/dom";
import { watchRendering } from "./rendering";
import { Review } from "./review";

followTheme();
const page = document.querySelector<HTMLElement>("[data-review]");
if (page) {
  new Review(page);
  watchRendering(page);
}
