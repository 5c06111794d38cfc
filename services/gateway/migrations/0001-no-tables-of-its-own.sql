-- The gateway keeps nothing but what the frame keeps for every service. Safe beside any release: it changes nothing.
select 1;
