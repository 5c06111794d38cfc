import { LibraryKind, LibraryLevel } from "@lienthong/proto/identity/v1/library.ts";

export type SampleLibrary = {
  code: string;
  name: string;
  kind: LibraryKind;
  level: LibraryLevel;
  province: string;
  branches: { name: string; commune: string; address: string }[];
  librarian: { username: string; name: string };
  readers: { username: string; name: string; card: string; birth: string }[];
};

/** Three libraries of different kinds, from the north to the south of the middle; people and addresses are made up. */
export const sampleLibraries: SampleLibrary[] = [
  {
    code: "VN-000001P",
    name: "Thư viện Hà Nội",
    kind: LibraryKind.PUBLIC,
    level: LibraryLevel.PROVINCE,
    province: "01",
    branches: [
      { name: "Cơ sở Bà Triệu", commune: "Cửa Nam", address: "47 phố Bà Triệu, phường Cửa Nam, thành phố Hà Nội" },
      { name: "Cơ sở Hà Đông", commune: "Hà Đông", address: "2 phố Quang Trung, phường Hà Đông, thành phố Hà Nội" },
    ],
    librarian: { username: "lan.hanoi", name: "Trần Thị Lan" },
    readers: [
      { username: "minh.hanoi", name: "Lê Văn Minh", card: "1000000018", birth: "1990-04-12" },
      { username: "thu.hanoi", name: "Phạm Minh Thu", card: "1000000026", birth: "2001-09-30" },
    ],
  },
  {
    code: "VN-7K2M4QW",
    name: "Thư viện Tổng hợp thành phố Huế",
    kind: LibraryKind.PUBLIC,
    level: LibraryLevel.PROVINCE,
    province: "46",
    branches: [
      { name: "Cơ sở Lê Quý Đôn", commune: "Thuận Hóa", address: "29A Lê Quý Đôn, phường Thuận Hóa, thành phố Huế" },
      { name: "Phòng đọc Kim Long", commune: "Kim Long", address: "12 Kim Long, phường Kim Long, thành phố Huế" },
    ],
    librarian: { username: "hoa.hue", name: "Tôn Nữ Thị Hoa" },
    readers: [
      { username: "ha.hue", name: "Nguyễn Thu Hà", card: "2000000015", birth: "1995-02-03" },
      { username: "quan.hue", name: "Hoàng Văn Quân", card: "2000000023", birth: "1988-11-18" },
    ],
  },
  {
    code: "VN-5H8N3C5",
    name: "Thư viện Đại học Đà Nẵng",
    kind: LibraryKind.UNIVERSITY,
    level: LibraryLevel.UNSPECIFIED,
    province: "48",
    branches: [
      { name: "Thư viện trung tâm", commune: "Hải Châu", address: "41 Lê Duẩn, phường Hải Châu, thành phố Đà Nẵng" },
      {
        name: "Thư viện Hòa Khánh",
        commune: "Hòa Khánh",
        address: "54 Nguyễn Lương Bằng, phường Hòa Khánh, thành phố Đà Nẵng",
      },
    ],
    librarian: { username: "binh.danang", name: "Võ Thanh Bình" },
    readers: [
      { username: "an.danang", name: "Đặng Hoài An", card: "3000000012", birth: "2004-06-21" },
      { username: "khoa.danang", name: "Trương Đăng Khoa", card: "3000000020", birth: "2003-12-05" },
    ],
  },
];
