import { StaffPage } from "../frame/layout.tsx";
import { page } from "../frame/page.ts";
import { Empty } from "../parts/notice.tsx";
import { Table } from "../parts/table.tsx";

/** `/quan-ly/thieu-sach`: what readers waited for and no library could lend, for those who buy books. */
export const unmetPage = page(
  "/quan-ly/thieu-sach",
  { for: "manager", place: { group: "staffWork", label: (t) => t.unmet.title, icon: "list" } },
  async (ask) => {
    const { t } = ask;
    const { titles } = await ask.catalogue.listUnmet({ libraryId: ask.staff.libraryId });
    return (
      <StaffPage ask={ask} title={t.unmet.title}>
        <div class="stack-l">
          <h1>{t.unmet.title}</h1>
          {titles.length === 0 ? (
            <Empty icon="list" title={t.unmet.none}>
              <p class="soft">{t.unmet.noneText}</p>
            </Empty>
          ) : (
            <section class="card stack">
              <p class="soft">{t.unmet.lead}</p>
              <Table label={t.unmet.title} columns={[t.desk.columns.title, t.unmet.wished, t.unmet.last]}>
                {titles.map((title) => (
                  <tr>
                    <th scope="row">
                      <span class="work">{title.title}</span> {title.author}
                    </th>
                    <td class="num">{t.format.number(title.wished)}</td>
                    <td class="nowrap">{title.lastWishedAt && t.format.day(title.lastWishedAt)}</td>
                  </tr>
                ))}
              </Table>
            </section>
          )}
        </div>
      </StaffPage>
    );
  },
);
