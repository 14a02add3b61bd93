; An installer as most small programs have one: silent with /S, in the list of installed programs afterwards. BITS is 64 or 32; wine
; without its 32-bit half lets the second return 0 and do nothing, which is the liar that the tests need.
Unicode true
!if "${BITS}" == "64"
  Target amd64-unicode
!endif
Name "Till"
OutFile "till${BITS}.exe"
InstallDir "C:\Program Files\Till"
RequestExecutionLevel admin
!define KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\Till"

Section
  SetRegView 64
  SetOutPath "$INSTDIR"
  FileOpen $0 "$INSTDIR\till.txt" w
  FileWrite $0 "till"
  FileClose $0
  WriteUninstaller "$INSTDIR\uninstall.exe"
  WriteRegStr HKLM "${KEY}" "DisplayName" "Till 1.4"
  WriteRegStr HKLM "${KEY}" "DisplayVersion" "1.4.2"
  WriteRegStr HKLM "${KEY}" "UninstallString" "$INSTDIR\uninstall.exe"
SectionEnd

Section "Uninstall"
  SetRegView 64
  DeleteRegKey HKLM "${KEY}"
  Delete "$INSTDIR\till.txt"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
SectionEnd
