// Words of which made titles and names consist. In each list the first ones are the common ones.

export const subjects =
  "lịch sử|văn học|ngữ văn|toán học|vật lí|hoá học|sinh học|địa lí|kinh tế|pháp luật|giáo dục|tâm lí học|y học|nông nghiệp|tin học|kiến trúc|âm nhạc|hội hoạ|ngôn ngữ|triết học|báo chí|du lịch|môi trường|thuỷ lợi|xây dựng|cơ khí|điện tử|tài chính|kế toán|quản trị|marketing|dân tộc học|khảo cổ|tôn giáo|phong tục|lễ hội|ẩm thực|thể thao|quân sự|ngoại giao".split(
    "|",
  );
export const beginnings =
  "giáo trình|cơ sở|nhập môn|sổ tay|tuyển tập|bài tập|hướng dẫn|nghiên cứu|tìm hiểu|đại cương|từ điển|bách khoa|những vấn đề|phương pháp|câu chuyện|hồi kí|truyện|thơ|chuyên đề|kĩ thuật|lí thuyết|thực hành|tổng quan|khảo luận|di sản".split(
    "|",
  );
export const places =
  "Việt Nam|Hà Nội|Huế|Nam Bộ|Tây Nguyên|Bắc Bộ|Sài Gòn|Đông Nam Á|Đà Nẵng|Cần Thơ|Quảng Nam|Nghệ An|Thanh Hoá|Hải Phòng|Bình Định|Cao Bằng|Lạng Sơn|Tây Bắc|Cà Mau|Phú Yên|Khánh Hoà|Bến Tre|An Giang|Hưng Yên|thế giới|phương Đông|làng xã|đô thị|biển đảo|miền núi".split(
    "|",
  );
export const ages =
  "|hiện đại|đương đại|cổ truyền|thế kỉ XX|thời Nguyễn|thời Lê|thời Trần|thời kì đổi mới|trước năm 1945|sau năm 1975|ứng dụng|căn bản|nâng cao|tập một|tập hai|cho mọi người|trong nhà trường|dân gian|so sánh".split(
    "|",
  );
export const families =
  "Nguyễn|Trần|Lê|Phạm|Hoàng|Huỳnh|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Hồ|Ngô|Dương|Lý|Đào|Đinh|Lâm|Mai|Trịnh|Tạ|Tô|Hà|Cao".split(
    "|",
  );
export const middles =
  "Văn|Thị|Đức|Minh|Xuân|Hữu|Ngọc|Thanh|Quang|Đình|Công|Bá|Kim|Thuý|Hồng|Quốc|Thế|Duy|Như|Bích".split("|");
export const givens =
  "Anh|Hùng|Lan|Dũng|Hương|Tuấn|Mai|Sơn|Hoa|Long|Hà|Nam|Thảo|Bình|Linh|Cường|Yến|Phong|Hạnh|Tùng|Nga|Khánh|Trang|Hải|Vân|Đạt|Loan|Quân|Thu|Giang|Tâm|Hiền|Phúc|Chi|Lộc|Diệp|Trí|Ngân|Kiên|Uyên|Thịnh|Nhung|Lợi|Hằng|Toàn|Thuỷ|Vinh|Oanh|Tín|Châu".split(
    "|",
  );
export const publishers =
  "Giáo dục|Kim Đồng|Trẻ|Chính trị Quốc gia|Văn học|Khoa học và Kỹ thuật|Đại học Quốc gia Hà Nội|Phụ nữ|Thanh niên|Lao động|Hội Nhà văn|Thế giới|Y học|Nông nghiệp|Tư pháp|Mỹ thuật|Đà Nẵng|Đồng Nai|Thuận Hóa|Tổng hợp Thành phố Hồ Chí Minh".split(
    "|",
  );
