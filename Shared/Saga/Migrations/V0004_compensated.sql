-- Few sagas are compensated: the list of those walked through a tenant's whole history to find a page
-- of them. Only what is compensated pays for it, once, when it ends.

CREATE INDEX saga_compensated ON saga (tenant, id DESC) WHERE phase = 'compensated';
