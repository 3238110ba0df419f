#include "fuzz.h"

#include "overlay/address.h"
#include "overlay/message.h"

/* What strangers put into the table: a contact, and the address in it. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct buf again = { 0 };
	struct contact contact;
	char *text = fuzz_text(data, len);
	char url[OVERLAY_URL];

	if (message_contact_get(&contact, (struct bytes){ data, len }) == ERR_OK) {
		message_contact_put(&again, &contact.key, contact.url);
		fuzz_must_equal(&again, data, len);
	}
	if (text) {
		struct address a = address_parse(text);
		fuzz_must(a.kind >= ADDRESS_NONE && a.kind <= ADDRESS_LOOPBACK);
		address_is_v4(&a);
		address_reachable(url, sizeof(url), text, "192.0.2.1:1");
		address_reachable(url, sizeof(url), "tcp://0.0.0.0:1", text);
		fuzz_must(memchr(url, 0, sizeof(url)) != NULL);
	}
	free(text);
	return 0;
}
