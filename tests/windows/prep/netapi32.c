/* The functions of netapi32.dll that the kit calls, with accounts that stay: wine's answer 0 and keep none of them. For tests only;
 * the accounts are keys under HKLM\Software\Accounts, which the tests read, and each group of an account is a value of its key. There is
 * one group beside those of every Windows. Whether an account has a password is asked of advapi32.c. */
#include <windows.h>
#include <lm.h>

#define ACCOUNTS L"Software\\Accounts\\"
/* What the name of a value begins with that is a group. */
#define MEMBER L"in "
#define MOST_GROUPS 8

static HKEY account(PCWSTR name, BOOL make)
{
    WCHAR path[256];
    HKEY key = NULL;
    wsprintfW(path, ACCOUNTS L"%s", name);
    if (make)
        RegCreateKeyExW(HKEY_LOCAL_MACHINE, path, 0, NULL, 0, KEY_ALL_ACCESS, NULL, &key, NULL);
    else
        RegOpenKeyExW(HKEY_LOCAL_MACHINE, path, 0, KEY_ALL_ACCESS, &key);
    return key;
}

static void set_number(HKEY key, PCWSTR value, DWORD number)
{
    RegSetValueExW(key, value, 0, REG_DWORD, (const BYTE *)&number, sizeof number);
}

static DWORD number(HKEY key, PCWSTR value)
{
    DWORD found = 0, size = sizeof found;
    RegQueryValueExW(key, value, NULL, NULL, (BYTE *)&found, &size);
    return found;
}

static void set_text(HKEY key, PCWSTR value, PCWSTR text)
{
    RegSetValueExW(key, value, 0, REG_SZ, (const BYTE *)text, (lstrlenW(text) + 1) * sizeof(WCHAR));
}

NET_API_STATUS WINAPI NetApiBufferFree(LPVOID buffer)
{
    if (buffer) LocalFree(buffer);
    return 0;
}

NET_API_STATUS WINAPI NetUserAdd(LPCWSTR server, DWORD level, LPBYTE buffer, LPDWORD wrong)
{
    USER_INFO_1 *user = (USER_INFO_1 *)buffer;
    HKEY key;
    (void)server, (void)wrong;
    if (level != 1) return ERROR_INVALID_LEVEL;
    if ((key = account(user->usri1_name, FALSE))) {
        RegCloseKey(key);
        return NERR_UserExists;
    }
    key = account(user->usri1_name, TRUE);
    set_number(key, L"flags", user->usri1_flags);
    RegCloseKey(key);
    return 0;
}

NET_API_STATUS WINAPI NetUserGetInfo(LPCWSTR server, LPCWSTR name, DWORD level, LPBYTE *buffer)
{
    struct { USER_INFO_2 user; WCHAR full_name[256]; } *given;
    DWORD size = sizeof given->full_name;
    HKEY key = account(name, FALSE);
    (void)server;
    if (!key) return NERR_UserNotFound;
    if (level != 2) return ERROR_INVALID_LEVEL;
    given = LocalAlloc(LPTR, sizeof *given);
    RegQueryValueExW(key, L"full name", NULL, NULL, (BYTE *)given->full_name, &size);
    given->user.usri2_full_name = given->full_name;
    given->user.usri2_flags = number(key, L"flags");
    RegCloseKey(key);
    *buffer = (LPBYTE)given;
    return 0;
}

NET_API_STATUS WINAPI NetUserSetInfo(LPCWSTR server, LPCWSTR name, DWORD level, LPBYTE buffer, LPDWORD wrong)
{
    HKEY key = account(name, FALSE);
    (void)server, (void)wrong;
    if (!key) return NERR_UserNotFound;
    switch (level) {
    case 1003: set_number(key, L"letters of the password", lstrlenW(((USER_INFO_1003 *)buffer)->usri1003_password)); break;
    case 1008: set_number(key, L"flags", ((USER_INFO_1008 *)buffer)->usri1008_flags); break;
    case 1011: set_text(key, L"full name", ((USER_INFO_1011 *)buffer)->usri1011_full_name); break;
    }
    RegCloseKey(key);
    return 0;
}

NET_API_STATUS WINAPI NetLocalGroupGetInfo(LPCWSTR server, LPCWSTR name, DWORD level, LPBYTE *buffer)
{
    struct { LOCALGROUP_INFO_0 group; WCHAR name[64]; } *given;
    (void)server, (void)level;
    if (lstrcmpiW(name, L"Administrators") && lstrcmpiW(name, L"Users") && lstrcmpiW(name, L"Counter staff")) return NERR_GroupNotFound;
    given = LocalAlloc(LPTR, sizeof *given);
    lstrcpyW(given->name, name);
    given->group.lgrpi0_name = given->name;
    *buffer = (LPBYTE)given;
    return 0;
}

/* The name of an account with that of this PC before it: by a bare name Windows takes the PC for the account where both are called the
 * same. */
static PCWSTR of_this_pc(PCWSTR name)
{
    WCHAR own[64];
    DWORD size = 64;
    int letters;
    GetComputerNameW(own, &size);
    letters = lstrlenW(own);
    if (CompareStringW(LOCALE_INVARIANT, NORM_IGNORECASE, name, min(letters, lstrlenW(name)), own, letters) != CSTR_EQUAL) return NULL;
    return name[letters] == L'\\' ? name + letters + 1 : NULL;
}

NET_API_STATUS WINAPI NetLocalGroupAddMembers(LPCWSTR server, LPCWSTR group, DWORD level, LPBYTE buffer, DWORD count)
{
    PCWSTR name = of_this_pc(((LOCALGROUP_MEMBERS_INFO_3 *)buffer)->lgrmi3_domainandname);
    HKEY key = name ? account(name, FALSE) : NULL;
    WCHAR value[64];
    (void)server, (void)level, (void)count;
    if (!key) return ERROR_NO_SUCH_MEMBER;
    wsprintfW(value, MEMBER L"%s", group);
    set_number(key, value, 1);
    RegCloseKey(key);
    return 0;
}

NET_API_STATUS WINAPI NetUserGetLocalGroups(LPCWSTR server, LPCWSTR name, DWORD level, DWORD flags, LPBYTE *buffer, DWORD most, LPDWORD read, LPDWORD all)
{
    struct { LOCALGROUP_USERS_INFO_0 groups[MOST_GROUPS]; WCHAR names[MOST_GROUPS][64]; } *given = LocalAlloc(LPTR, sizeof *given);
    HKEY key = account(name, FALSE);
    WCHAR value[64];
    DWORD size = 64;
    (void)server, (void)level, (void)flags, (void)most;
    *read = 0;
    for (DWORD at = 0; key && *read < MOST_GROUPS && !RegEnumValueW(key, at, value, &size, NULL, NULL, NULL, NULL); at++, size = 64) {
        if (CompareStringW(LOCALE_INVARIANT, 0, value, min(lstrlenW(MEMBER), lstrlenW(value)), MEMBER, lstrlenW(MEMBER)) != CSTR_EQUAL) continue;
        lstrcpyW(given->names[*read], value + lstrlenW(MEMBER));
        given->groups[*read].lgrui0_name = given->names[*read];
        ++*read;
    }
    *all = *read;
    if (key) RegCloseKey(key);
    *buffer = (LPBYTE)given;
    return 0;
}
