import { canon } from "@lienthong/text/canon.ts";
import { isVietnameseSyllable } from "@lienthong/text/syllable.ts";
import { withoutEndMark } from "./title-parts.ts";

/**
 * A personal name as readers say it: "Nguyễn, Du, 1765-1820" and "Du, Nguyễn" are "Nguyễn Du". Vietnamese names stand
 * family, middle, given, without a comma; others keep the form their library gave them ("Hugo, Victor").
 */
export function naturalName(heading: string): string {
  const name = withoutEndMark(heading.replace(/,?\s*\(?\d{3,4}\s*[-–]?\s*(?:\d{3,4})?\)?[\s.]*$/, ""));
  const [head = "", tail, ...more] = name.split(/\s*,\s*/);
  if (tail === undefined || tail === "" || more.length > 0) return name;
  if (!`${head} ${tail}`.split(/[\s-]+/).every((word) => isVietnameseSyllable(word))) return name;
  if (familyNames.has(canon(head.split(" ")[0]!))) return `${head} ${tail}`;
  return familyNames.has(canon(tail.split(" ")[0]!)) ? `${tail} ${head}` : name;
}

const familyNames = new Set(
  `Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Đoàn Lương Trịnh Mai Đào Trương Lâm Hà Cao
  Phùng Tạ Tô Châu Thái Quách Nông Lò Vàng Giàng Sùng Thạch Kiều La Lưu Văn Tống Từ Chu Triệu Ma Lục Tôn Công Vương Tăng
  Hứa Kim Quan Nghiêm Đàm Bạch Ông Thân Ninh Viên Doãn Khúc Mạc Phó Tiêu Âu Đồng Lại Lữ Cù Sầm Hoa Bế Hầu Thích`
    .split(/\s+/)
    .map((name) => canon(name)),
);
