import { followTheme } from "../console/dom";
import { watchList } from "./progress";
import { runReview } from "./review";

followTheme();
const page = document.querySelector<HTMLElement>("[data-review]");
if (page) runReview(page);
const list = document.querySelector<HTMLElement>("[data-states-url]");
if (list) watchList(list);
