import { followTheme } from "../console/dom";
import { pinNotes } from "./notes";
import { watchList, watchPage } from "./progress";
import { Review } from "./review";

followTheme();
const page = document.querySelector<HTMLElement>("[data-review]");
if (page) {
  new Review(page);
  watchPage(page);
  pinNotes(page);
}
const list = document.querySelector<HTMLElement>("[data-states-url]");
if (list) watchList(list);
