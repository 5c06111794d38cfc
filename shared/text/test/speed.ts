// Prints how many characters a second each function takes; run by hand: node test/speed.ts
import { canon } from "../canon.ts";
import { fold } from "../fold.ts";
import { sortKey } from "../sort-key.ts";

const title = "Giáo trình kỹ thuật điện : dùng cho sinh viên các trường đại học / Nguyễn Thị Thuý Hoà chủ biên";
const functions = {
  canon,
  fold,
  sortKey,
};
for (const [name, apply] of Object.entries(functions)) {
  for (let i = 0; i < 20_000; i++) apply(title);
  const start = performance.now();
  for (let i = 0; i < 50_000; i++) apply(title);
  const perSecond = (50_000 * title.length) / ((performance.now() - start) / 1000);
  process.stdout.write(`${name}: ${(perSecond / 1e6).toFixed(1)} million characters a second\n`);
}
