@echo off
rem Stands for Visual Studio's: it takes its arguments, says more than it is asked to, and sets what compilers look for.
echo ** Visual Studio 2022 Developer Command Prompt v17.14 {not "JSON"}
echo [ERROR:%~nx0] a warning of some extension, on standard error >&2
:arguments
if "%~1"=="" goto known
if /i "%~1"=="-arch" set "VSCMD_ARG_TGT_ARCH=%~2"
shift
goto arguments
:known
if not "%VSCMD_ARG_TGT_ARCH%"=="x64" exit /b 1
set "VSINSTALLDIR=%~dp0..\..\"
set "VCToolsInstallDir=%VSINSTALLDIR%VC\Tools\MSVC\14.44\"
set "PATH=%VCToolsInstallDir%bin\Hostx64\x64;%PATH%"
set "LIB=%VCToolsInstallDir%lib\x64;%LIB%"
set "INCLUDE=%VCToolsInstallDir%include;%INCLUDE%"
set "VSCMD_BANNER=100%% Größe; "quoted" & done"
exit /b 0
