/** What is said when a rule refuses, by the refusal's code. Details are named in braces; a missing detail leaves its brace empty. */
export const refusalsVi: Record<string, string> = {
  "circulation.check-out/item-unknown": "Chưa có mã này. Để riêng cuốn này và báo người biên mục.",
  "circulation.check-out/item-on-loan": "Cuốn này đang có người mượn. Nhận trả trước rồi cho mượn.",
  "circulation.check-out/item-not-for-loan": "Tài liệu chỉ đọc tại chỗ.",
  "circulation.check-out/patron-unknown": "Không có bạn đọc với thẻ này.",
  "circulation.check-out/patron-blocked": "Bạn đọc đang bị chặn mượn.",
  "circulation.check-out/loan-limit-reached": "Bạn đọc đã mượn đủ {limit} cuốn, mức cao nhất của thư viện.",
};
