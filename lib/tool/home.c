#include "tool/home.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "net/sp.h"

/* An empty variable counts as none, as the XDG specification has it. */
static const char *
variable(const char *name)
{
	const char *v = getenv(name);
	return v && v[0] ? v : NULL;
}

static const char *
home(void)
{
	const char *dir = variable("HOME");
	if (dir)
		return dir;
	const struct passwd *user = getpwuid(getuid());
	return user && user->pw_dir && user->pw_dir[0] == '/' ? user->pw_dir : NULL;
}

/* False when nothing says where; a path that is too long is cut to nothing. */
static bool
find(char out[static PATH_MAX], const struct tool *t)
{
	const char *base;
	int n;
	if (t->dir)
		n = snprintf(out, PATH_MAX, "%s", t->dir);
	else if ((base = variable("PARA_HOME")))
		n = snprintf(out, PATH_MAX, "%s", base);
	else if ((base = variable("XDG_DATA_HOME")) && base[0] == '/')
		n = snprintf(out, PATH_MAX, "%s/para", base);
	else if ((base = home()))
		n = snprintf(out, PATH_MAX, "%s/.local/share/para", base);
	else
		return false;
	return n > 0 && n < PATH_MAX;
}

int
home_dir(char out[static PATH_MAX], struct tool *t)
{
	if (find(out, t))
		return TOOL_DONE;
	return tool_fail(t, TOOL_TROUBLE, "no data directory: give -d DIR or set PARA_HOME");
}

int
home_path(char out[static PATH_MAX], struct tool *t, const char *dir, const char *name)
{
	int n = snprintf(out, PATH_MAX, "%s/%s", dir, name);
	if (n > 0 && n < PATH_MAX)
		return TOOL_DONE;
	return tool_fail(t, TOOL_TROUBLE, "path is too long: %s", dir);
}

void
home_node_url(char out[static PATH_MAX + 8], const struct tool *t)
{
	char dir[PATH_MAX], path[PATH_MAX + 16];
	const char *url = t->node ? t->node : variable("PARA_NODE");
	if (url) {
		snprintf(out, PATH_MAX + 8, "%s", url);
		return;
	}
	if (find(dir, t)) {
		snprintf(path, sizeof path, "%s/node.ipc", dir);
		/* Of a directory that was named the socket is meant, there or not yet. */
		if ((t->dir || access(path, F_OK) == 0) && snprintf(out, PATH_MAX + 8, "ipc://%s", path) < PATH_MAX + 8)
			return;
	}
	snprintf(out, PATH_MAX + 8, "ipc:///run/para/node.ipc");
}

int
home_check_url(struct tool *t, const char *what, const char *url)
{
	const char *path = sp_path(url);
	if (path && path[0])
		return TOOL_DONE;
	return tool_usage(t, "%s: '%s' is no ipc://PATH", what, url);
}
