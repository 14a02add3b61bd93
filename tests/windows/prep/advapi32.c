/* LogonUserW of advapi32.dll, which in wine lets everybody in: here it knows the accounts of netapi32.c, and refuses as Windows does.
 * Everything else is wine's own advapi32.dll, under another name. For tests only. */
#include <windows.h>

typedef LSTATUS(WINAPI *GetValue)(HKEY, LPCWSTR, LPCWSTR, DWORD, LPDWORD, PVOID, LPDWORD);

BOOL WINAPI LogonUserW(LPCWSTR name, LPCWSTR domain, LPCWSTR password, DWORD type, DWORD provider, PHANDLE token)
{
    WCHAR path[256] = L"Software\\Accounts\\";
    DWORD letters = 0, size = sizeof letters;
    /* A DLL cannot import what it hands on itself. */
    GetValue value = (GetValue)(void *)GetProcAddress(LoadLibraryW(L"advapi_of_wine.dll"), "RegGetValueW");
    (void)domain, (void)type, (void)provider, (void)token;
    value(HKEY_LOCAL_MACHINE, lstrcatW(path, name), L"letters of the password", RRF_RT_REG_DWORD, NULL, &letters, &size);
    /* A blank password is for the console alone (LimitBlankPasswordUse). */
    SetLastError((DWORD)lstrlenW(password) == letters ? ERROR_ACCOUNT_RESTRICTION : ERROR_LOGON_FAILURE);
    return FALSE;
}
