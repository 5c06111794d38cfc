-- Who borrowed what is nobody's to read in the portal's database: the reader and the answers are sealed like the card was.
-- What is open at the desks goes, for it lies there in the clear; a card is scanned once more. A release before this one
-- cannot work at the desks beside it. Truncated and not deleted: the owner of the tables sees no row to delete.
truncate desk_turn, desk_answer;
alter table desk_turn drop column sealed_card, drop column person_id, add column sealed_reader bytea;
alter table desk_answer drop column answer, add column sealed bytea not null;
