import { formats } from "./formats.ts";
import { viReader } from "./vi-reader.ts";
import { viStaff } from "./vi-staff.ts";
import { refusalsVi } from "./refusals-vi.ts";

const f = formats("vi");

/** Every sentence of the pages in Vietnamese. The reader is "bạn", in staff pages "bạn đọc"; `en.ts` has the same shape. */
export const vi = {
  language: "vi" as "vi" | "en",
  /** A path of ours in this language. */
  to: (path: string) => path,
  /** The same page in the other language. */
  other: {
    path: (path: string) => (path === "/" ? "/en" : `/en${path}`),
    label: "EN",
    name: "English version",
    lang: "en",
  },
  format: f,
  refusals: refusalsVi,
  site: "Liên Thông",
  skip: "Tới nội dung chính",
  theme: "Đổi nền sáng, tối",
  nav: {
    main: "Chính",
    quick: "Nhanh",
    home: "Trang chủ",
    find: "Tìm",
    findBooks: "Tìm sách",
    mine: "Sách của tôi",
    signIn: "Đăng nhập",
    signOut: "Đăng xuất",
    account: (name: string) => `Tài khoản ${name}`,
    desk: "Quầy",
    staffWork: "Việc của thư viện",
    back: "Quay lại",
    next: "Trang sau",
    first: "Về trang đầu",
  },
  footer: "Liên Thông nối thư viện cả nước thành một.",
  ...viReader,
  ...viStaff,
  problems: {
    summary: (count: number) => `Có ${count} chỗ cần sửa`,
    errorTitle: (title: string) => `Lỗi: ${title}`,
    signInDown: "Chưa đăng nhập được vì dịch vụ định danh đang gián đoạn",
    signInDownText: "Bạn vẫn tìm và xem sách được. Thử đăng nhập lại sau ít phút.",
    signInBroken: "Lần đăng nhập này không còn dùng được",
    signInBrokenText: "Có thể bạn đã mở hai lần đăng nhập cùng lúc, hoặc để quá 10 phút. Đăng nhập lại là được.",
    signedOutElsewhere:
      "Đã đăng xuất. Phiên ở dịch vụ định danh chưa đóng được vì dịch vụ đó đang gián đoạn, nó tự hết sau ít phút.",
    needSignIn: "Phiên đăng nhập vừa hết",
    needSignInText: "Những gì bạn điền vẫn còn đây. Đăng nhập lại rồi bấm gửi.",
    notAllowed: "Bạn chưa có quyền xem trang này",
    notAllowedText: (role: string) =>
      `Trang này dành cho ${role}. Hỏi người quản lý thư viện của bạn để được cấp quyền.`,
    audiences: {
      desk: "thủ thư ở quầy",
      cataloguer: "người biên mục",
      manager: "người quản lý chính sách",
      patron: "bạn đọc đã đăng nhập",
    } as Record<string, string>,
    notFound: "Không có trang này",
    notFoundText: "Địa chỉ có thể đã gõ sai hoặc trang đã chuyển đi.",
    otherSite: "Yêu cầu không đến từ trang này nên không được nhận",
    otherSiteText: "Mở lại trang và làm lại từ đó.",
    busy: "Đang có quá nhiều người dùng cùng lúc",
    busyText: "Chưa có gì thay đổi. Thử lại sau vài giây.",
    unavailable: "Chưa làm được, một phần của Liên Thông đang gián đoạn",
    unavailableText: "Không có gì bị mất. Thử lại sau ít phút.",
    fault: "Chưa làm được, lỗi ở phía chúng tôi",
    faultText: (code: string) => `Không có gì bị mất. Mã báo: ${code}`,
    badRequest: "Yêu cầu thiếu hoặc sai một phần",
    badRequestText: "Mở lại trang và làm lại từ đó.",
    tooMany: "Quá nhiều yêu cầu cùng lúc",
    tooManyText: "Đợi một phút rồi thử lại.",
    sentLater: "Mất mạng, chưa gửi được. Những gì bạn điền vẫn còn đây, bấm gửi lại khi có mạng.",
    refusedUnknown: "Yêu cầu không được nhận.",
    home: "Về trang chủ",
  },
};

export type Texts = typeof vi;
