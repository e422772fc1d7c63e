import { followTheme } from "../console/dom";
import { suggestPeople } from "./mentions";
import { pinNotes } from "./notes";
import { watchList, watchPage } from "./progress";
import { Review } from "./review";

followTheme();
const page = document.querySelector<HTMLElement>("[data-review]");
if (page) {
  const review = new Review(page);
  watchPage(page, () => void review.check());
  pinNotes(page);
  suggestPeople(page);
}
const list = document.querySelector<HTMLElement>("[data-states-url]");
if (list) watchList(list);
