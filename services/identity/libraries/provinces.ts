/** A province-level unit: its official code, its name, and since when the code means this unit. */
export type Province = { code: string; name: string; from: string | undefined };

/** The day on which 63 province-level units became 34 (Resolution 202/2025/QH15); codes were used again with other names. */
export const mergedOn = "2025-07-01";

// Code and name of each unit of today, and the units that it was made of. A unit that was not merged has none.
const units: readonly [code: string, name: string, madeOf?: readonly (readonly [code: string, name: string])[]][] = [
  ["01", "Hà Nội"],
  ["04", "Cao Bằng"],
  [
    "08",
    "Tuyên Quang",
    [
      ["02", "Hà Giang"],
      ["08", "Tuyên Quang"],
    ],
  ],
  ["11", "Điện Biên"],
  ["12", "Lai Châu"],
  ["14", "Sơn La"],
  [
    "15",
    "Lào Cai",
    [
      ["15", "Yên Bái"],
      ["10", "Lào Cai"],
    ],
  ],
  [
    "19",
    "Thái Nguyên",
    [
      ["06", "Bắc Kạn"],
      ["19", "Thái Nguyên"],
    ],
  ],
  ["20", "Lạng Sơn"],
  ["22", "Quảng Ninh"],
  [
    "24",
    "Bắc Ninh",
    [
      ["24", "Bắc Giang"],
      ["27", "Bắc Ninh"],
    ],
  ],
  [
    "25",
    "Phú Thọ",
    [
      ["26", "Vĩnh Phúc"],
      ["17", "Hòa Bình"],
      ["25", "Phú Thọ"],
    ],
  ],
  [
    "31",
    "Hải Phòng",
    [
      ["30", "Hải Dương"],
      ["31", "Hải Phòng"],
    ],
  ],
  [
    "33",
    "Hưng Yên",
    [
      ["34", "Thái Bình"],
      ["33", "Hưng Yên"],
    ],
  ],
  [
    "37",
    "Ninh Bình",
    [
      ["35", "Hà Nam"],
      ["36", "Nam Định"],
      ["37", "Ninh Bình"],
    ],
  ],
  ["38", "Thanh Hóa"],
  ["40", "Nghệ An"],
  ["42", "Hà Tĩnh"],
  [
    "44",
    "Quảng Trị",
    [
      ["44", "Quảng Bình"],
      ["45", "Quảng Trị"],
    ],
  ],
  ["46", "Huế"],
  [
    "48",
    "Đà Nẵng",
    [
      ["49", "Quảng Nam"],
      ["48", "Đà Nẵng"],
    ],
  ],
  [
    "51",
    "Quảng Ngãi",
    [
      ["62", "Kon Tum"],
      ["51", "Quảng Ngãi"],
    ],
  ],
  [
    "52",
    "Gia Lai",
    [
      ["52", "Bình Định"],
      ["64", "Gia Lai"],
    ],
  ],
  [
    "56",
    "Khánh Hòa",
    [
      ["58", "Ninh Thuận"],
      ["56", "Khánh Hòa"],
    ],
  ],
  [
    "66",
    "Đắk Lắk",
    [
      ["54", "Phú Yên"],
      ["66", "Đắk Lắk"],
    ],
  ],
  [
    "68",
    "Lâm Đồng",
    [
      ["67", "Đắk Nông"],
      ["60", "Bình Thuận"],
      ["68", "Lâm Đồng"],
    ],
  ],
  [
    "75",
    "Đồng Nai",
    [
      ["70", "Bình Phước"],
      ["75", "Đồng Nai"],
    ],
  ],
  [
    "79",
    "TP. Hồ Chí Minh",
    [
      ["74", "Bình Dương"],
      ["77", "Bà Rịa – Vũng Tàu"],
      ["79", "TP. Hồ Chí Minh"],
    ],
  ],
  [
    "80",
    "Tây Ninh",
    [
      ["80", "Long An"],
      ["72", "Tây Ninh"],
    ],
  ],
  [
    "82",
    "Đồng Tháp",
    [
      ["82", "Tiền Giang"],
      ["87", "Đồng Tháp"],
    ],
  ],
  [
    "86",
    "Vĩnh Long",
    [
      ["83", "Bến Tre"],
      ["84", "Trà Vinh"],
      ["86", "Vĩnh Long"],
    ],
  ],
  [
    "91",
    "An Giang",
    [
      ["91", "Kiên Giang"],
      ["89", "An Giang"],
    ],
  ],
  [
    "92",
    "Cần Thơ",
    [
      ["94", "Sóc Trăng"],
      ["93", "Hậu Giang"],
      ["92", "Cần Thơ"],
    ],
  ],
  [
    "96",
    "Cà Mau",
    [
      ["95", "Bạc Liêu"],
      ["96", "Cà Mau"],
    ],
  ],
];

const today: readonly Province[] = units.map(([code, name, madeOf]) => ({
  code,
  name,
  from: madeOf ? mergedOn : undefined,
}));
const before: readonly Province[] = units.flatMap(([code, name, madeOf]) =>
  (madeOf ?? [[code, name] as const]).map((unit) => ({ code: unit[0], name: unit[1], from: undefined })),
);

/** The province-level units of a day, YYYY-MM-DD. */
export const provincesOn = (day: string): readonly Province[] => (day < mergedOn ? before : today);

/** What a code meant on a day; undefined when it named no unit then. */
export const provinceOn = (code: string, day: string): Province | undefined =>
  provincesOn(day).find((province) => province.code === code);
