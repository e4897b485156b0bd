/* Names of members of archives. */
#ifndef SW_CODEC_MEMBER_NAME_H
#define SW_CODEC_MEMBER_NAME_H

#include "base/base.h"

/* A relative path of plain parts that prints: unpacking it stays inside. A directory's name may end
 * in '/'. */
bool sw_member_name_is_good(struct sw_str name);

/* Does `target`, seen from the directory of `name`, stay inside the archive? */
bool sw_member_link_stays(struct sw_str name, struct sw_str target);

#endif
