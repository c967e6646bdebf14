
# What follows is the same in every script and holds nothing of the app.

function Stop-Script([string] $Reason) {
    Write-Host "stopped: $Reason" -ForegroundColor Red
    exit 1
}

# What Microsoft Graph says, without characters that act on a terminal.
function Get-Plain([string] $Text) {
    return ($Text -replace '[\x00-\x1f\x7f-\x9f]', ' ')
}

# Signs in. The cmdlets of the SDK are functions of modules, which do not see what this script prefers on errors:
# each is told by itself to stop.
function Connect-Tenant([string[]] $Permission) {
    # For this process alone: what was signed in before stays as it is, and nothing of this is kept.
    Connect-MgGraph -TenantId $Tenant -Scopes $Permission -Environment $Environment -ContextScope Process -NoWelcome -ErrorAction Stop
}

# Calls Microsoft Graph, and again while the service is busy and, where that may pass, an object is not known. The
# SDK waits by itself for as long as Retry-After says; this is for when it gives up.
function Invoke-Patiently([scriptblock] $Call, [bool] $WaitsForObject = $true) {
    $tries = 10
    for ($try = 1; $try -le $tries; $try++) {
        try {
            # All of it or nothing: pages that came before an error must not stand there twice.
            $answer = @(& $Call)
            return $answer
        } catch {
            $message = "$($_.Exception.Message) $($_.ErrorDetails)"
            $passes = $message -match 'TooManyRequests|\b429\b|ServiceUnavailable|\b503\b|\b504\b'
            if ($WaitsForObject -and $message -match 'Request_ResourceNotFound') { $passes = $true }
            if ($message -match 'Authorization_RequestDenied|\b403\b') {
                Write-Host (Get-Plain $message)
                Remove-Mark
                Stop-Script "this takes: $AdminRole"
            }
            if (-not $passes -or $try -eq $tries) { throw }
            Start-Sleep -Seconds ([Math]::Min(120, 2 * $try))
        }
    }
}

# Whether an error says that Microsoft Graph refused: then nothing was done. What got no answer, or one of a
# server in trouble, may have been.
function Test-Refusal([string] $Message) {
    return $Message -match 'Status: 4(?!08)\d\d\b|Authorization_RequestDenied|Request_BadRequest|Request_ResourceNotFound'
}

function Get-Names([string] $Scope) {
    return @($Scope -split ' ' | Where-Object { $_ -ne '' })
}

# Names of the first list that the second does not have, in any case of letters.
function Select-Without([string[]] $Names, [string[]] $Without) {
    return @($Names | Where-Object { $_ -and ($Without -notcontains $_) })
}

function Test-Same([string[]] $Left, [string[]] $Right) {
    return -not (@(Select-Without $Left $Right).Count -or @(Select-Without $Right $Left).Count)
}

function Get-Principal([string] $AppId, [string[]] $Property) {
    $found = @(Invoke-Patiently { Get-MgServicePrincipal -Filter "appId eq '$AppId'" -Property $Property -ErrorAction Stop })
    if ($found.Count -eq 0) { return $null }
    return $found[0]
}

# What is granted now: plain objects, as the state file keeps them.
function Get-State {
    $client = Get-Principal $ClientId @('id', 'appId')
    $found = @()
    $assignments = @()
    if ($null -ne $client) {
        $clientObject = $client.Id
        $found = @(Invoke-Patiently { Get-MgOauth2PermissionGrant -Filter "clientId eq '$clientObject'" -All -ErrorAction Stop } |
            Where-Object { $_.ResourceId -eq $Graph.Id } |
            ForEach-Object {
                [pscustomobject] @{
                    id = $_.Id; clientId = $_.ClientId; consentType = $_.ConsentType
                    principalId = $_.PrincipalId; resourceId = $_.ResourceId; scope = $_.Scope
                }
            })
        $assignments = @(Invoke-Patiently {
                Get-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $clientObject -All -ErrorAction Stop
            } |
            Where-Object { $_.ResourceId -eq $Graph.Id } |
            ForEach-Object {
                [pscustomobject] @{
                    id = $_.Id; principalId = $_.PrincipalId; resourceId = $_.ResourceId; appRoleId = $_.AppRoleId
                }
            })
    }
    $clientState = $null
    if ($null -ne $client) { $clientState = [pscustomobject] @{ id = $client.Id; appId = $client.AppId } }
    return [pscustomobject] @{
        client = $clientState
        resource = [pscustomobject] @{ id = $Graph.Id; appId = $Graph.AppId }
        oauth2PermissionGrants = $found
        appRoleAssignments = $assignments
    }
}

function Get-Wide($State) {
    $wide = @($State.oauth2PermissionGrants | Where-Object { $_ -and $_.consentType -eq 'AllPrincipals' })
    if ($wide.Count -eq 0) { return $null }
    return $wide[0]
}

function Get-Whose($Grant) {
    if ($Grant.consentType -eq 'AllPrincipals') { return 'for all users' }
    return "for the user $($Grant.principalId)"
}

# The actions: what to say, and what to do. The mark is what the state file keeps of it, so that going back knows
# what has to be seen before.
function New-Action([string] $Say, [string] $Kind, $Value, $Mark) {
    $Mark['kind'] = $Kind
    return [pscustomobject] @{ Say = $Say; Kind = $Kind; Value = $Value; Mark = [pscustomobject] $Mark }
}

function New-Grant($State, [string[]] $Names, [string] $Type, $User) {
    $value = @{
        clientId = $State.client.id; consentType = $Type; resourceId = $State.resource.id; scope = ($Names -join ' ')
    }
    if ($null -ne $User) { $value['principalId'] = $User }
    return New-Action "grant $($Names -join ' ') $(Get-Whose $value)" 'grant' $value @{ user = $User; scopes = @($Names) }
}

function Edit-Grant($Grant, [string[]] $Names) {
    $names = @($Names | Where-Object { $_ })
    if ($names.Count -eq 0) {
        return New-Action "revoke $($Grant.scope) $(Get-Whose $Grant)" 'revoke' @{ Id = $Grant.id; from = $Grant.scope } @{
            id = $Grant.id
        }
    }
    $more = @(Select-Without $names (Get-Names $Grant.scope)) -join ' '
    $less = @(Select-Without (Get-Names $Grant.scope) $names) -join ' '
    $say = @()
    if ($more) { $say += "grant $more" }
    if ($less) { $say += "revoke $less" }
    $value = @{ Id = $Grant.id; from = $Grant.scope; scope = ($names -join ' ') }
    return New-Action "$($say -join ' and ') $(Get-Whose $Grant)" 'change' $value @{
        id = $Grant.id; scopes = $names; less = @(Select-Without (Get-Names $Grant.scope) $names)
    }
}

function Get-RoleName([string] $Id) {
    foreach ($offer in @($Roles) + @($DropRoles)) { if ($offer.Id -eq $Id) { return "$($offer.Name) ($Id)" } }
    return $Id
}

function Get-ApplyAction($State) {
    $wide = Get-Wide $State
    $held = @()
    if ($null -ne $wide) { $held = @(Get-Names $wide.scope) }
    $kept = @(Select-Without $held $DropScopes)
    $target = $kept + @(Select-Without $Scopes $kept)
    if ($null -eq $wide) {
        if ($target.Count) { New-Grant $State $target 'AllPrincipals' $null }
    } elseif (-not (Test-Same $target $held)) {
        Edit-Grant $wide $target
    }
    foreach ($grant in @($State.oauth2PermissionGrants | Where-Object { $_ -and $_.consentType -ne 'AllPrincipals' })) {
        $less = @(Select-Without (Get-Names $grant.scope) $DropScopes)
        if ($less.Count -ne @(Get-Names $grant.scope).Count) { Edit-Grant $grant $less }
    }
    $assigned = @($State.appRoleAssignments | Where-Object { $_ } | ForEach-Object { $_.appRoleId })
    foreach ($offer in $Roles) {
        if ($assigned -notcontains $offer.Id) {
            New-Action "assign the app role $(Get-RoleName $offer.Id)" 'assign' $offer.Id @{ role = $offer.Id }
        }
    }
    foreach ($assignment in @($State.appRoleAssignments | Where-Object { $_ })) {
        if (@($DropRoles | ForEach-Object { $_.Id }) -contains $assignment.appRoleId) {
            $name = Get-RoleName $assignment.appRoleId
            New-Action "take the app role $name away" 'unassign' $assignment.id @{ id = $assignment.id }
        }
    }
}

function Get-RestoreAction($State, $Before) {
    $wide = Get-Wide $State
    $was = Get-Wide $Before
    if ($null -eq $was) {
        if ($null -ne $wide) { Edit-Grant $wide @() }
    } elseif ($null -eq $wide) {
        New-Grant $State (Get-Names $was.scope) 'AllPrincipals' $null
    } elseif (-not (Test-Same (Get-Names $was.scope) (Get-Names $wide.scope))) {
        Edit-Grant $wide (Get-Names $was.scope)
    }
    foreach ($old in @($Before.oauth2PermissionGrants | Where-Object { $_ -and $_.consentType -ne 'AllPrincipals' })) {
        $lost = @(Get-Names $old.scope | Where-Object { @($Before.wanted.dropScopes) -contains $_ })
        if ($lost.Count -eq 0) { continue }
        $new = @($State.oauth2PermissionGrants | Where-Object { $_ -and $_.principalId -eq $old.principalId })
        if ($new.Count -eq 0) {
            New-Grant $State (Get-Names $old.scope) 'Principal' $old.principalId
        } else {
            $missing = @(Select-Without $lost (Get-Names $new[0].scope))
            if ($missing.Count) { Edit-Grant $new[0] (@(Get-Names $new[0].scope) + $missing) }
        }
    }
    $assigned = @($State.appRoleAssignments | Where-Object { $_ } | ForEach-Object { $_.appRoleId })
    $recorded = @($Before.appRoleAssignments | Where-Object { $_ } | ForEach-Object { $_.appRoleId })
    foreach ($id in $recorded) {
        if ($assigned -notcontains $id) {
            New-Action "assign the app role $(Get-RoleName $id)" 'assign' $id @{ role = $id }
        }
    }
    foreach ($assignment in @($State.appRoleAssignments | Where-Object { $_ })) {
        if ($recorded -notcontains $assignment.appRoleId) {
            $name = Get-RoleName $assignment.appRoleId
            New-Action "take the app role $name away" 'unassign' $assignment.id @{ id = $assignment.id }
        }
    }
}

# What others changed since the state was recorded, and restoring would undo.
function Get-Foreign($State, $Before) {
    $now = @(); $was = @()
    if ($null -eq $Before.client -and $null -ne $Before.created -and $null -ne $State.client -and
        $State.client.id -ne $Before.created) {
        "the service principal $($Before.created) is gone, and $($State.client.id) was created since"
    }
    if ($null -ne (Get-Wide $State)) { $now = @(Get-Names (Get-Wide $State).scope) }
    if ($null -ne (Get-Wide $Before)) { $was = @(Get-Names (Get-Wide $Before).scope) }
    Select-Without $now (@($was) + @($Before.wanted.scopes)) | ForEach-Object { "the scope $_ was granted since" }
    Select-Without $was (@($now) + @($Before.wanted.dropScopes)) | ForEach-Object { "the scope $_ was revoked since" }
    # A grant of a user that had more than what was dropped was changed, not deleted.
    foreach ($old in @($Before.oauth2PermissionGrants | Where-Object { $_ -and $_.consentType -ne 'AllPrincipals' })) {
        $left = @(Select-Without (Get-Names $old.scope) @($Before.wanted.dropScopes))
        if ($left.Count -eq 0 -or $left.Count -eq @(Get-Names $old.scope).Count) { continue }
        if (-not @($State.oauth2PermissionGrants | Where-Object { $_ -and $_.principalId -eq $old.principalId }).Count) {
            "the grant $(Get-Whose $old) was revoked since"
        }
    }
    $assigned = @($State.appRoleAssignments | Where-Object { $_ } | ForEach-Object { $_.appRoleId })
    $recorded = @($Before.appRoleAssignments | Where-Object { $_ } | ForEach-Object { $_.appRoleId })
    $wanted = @($Before.wanted.roles | Where-Object { $_ } | ForEach-Object { $_.id })
    $dropped = @($Before.wanted.dropRoles | Where-Object { $_ } | ForEach-Object { $_.id })
    Select-Without $assigned ($recorded + $wanted) | ForEach-Object { "the app role $_ was assigned since" }
    Select-Without $recorded ($assigned + $dropped) | ForEach-Object { "the app role $_ was taken away since" }
}

# What was done since the state was recorded and does not show yet: reads may lag behind writes.
function Get-Unseen($State, $Before) {
    foreach ($mark in @($Before.done | Where-Object { $_ })) {
        $grants = @($State.oauth2PermissionGrants | Where-Object { $_ })
        $assignments = @($State.appRoleAssignments | Where-Object { $_ })
        $isSeen = switch ($mark.kind) {
            'create' { $null -ne $State.client }
            'grant' {
                $shown = @($grants | Where-Object { "$($_.principalId)" -eq "$($mark.user)" })
                $shown.Count -gt 0 -and -not @(Select-Without $mark.scopes (Get-Names $shown[0].scope)).Count
            }
            'change' {
                $shown = @($grants | Where-Object { $_.id -eq $mark.id })
                $has = @()
                if ($shown.Count) { $has = @(Get-Names $shown[0].scope) }
                # What others granted besides is no reason to wait.
                $shown.Count -gt 0 -and -not @(Select-Without $mark.scopes $has).Count -and
                    -not @($mark.less | Where-Object { $_ -and $has -contains $_ }).Count
            }
            'revoke' { -not @($grants | Where-Object { $_.id -eq $mark.id }).Count }
            'assign' { @($assignments | Where-Object { $_.appRoleId -eq $mark.role }).Count -gt 0 }
            'unassign' { -not @($assignments | Where-Object { $_.id -eq $mark.id }).Count }
        }
        if (-not $isSeen) { $mark }
    }
}

# Looks again until what was done since the state was recorded shows: it may have been done a moment ago. What
# others undid never does, so there is an end to it, and a doubt.
function Get-CaughtUp($State, $Before) {
    for ($try = 1; $true; $try++) {
        $isGone = $null -ne $Before.client -and $null -eq $State.client
        if (-not $isGone -and @(Get-Unseen $State $Before).Count -eq 0) { break }
        if ($try -gt 10) {
            $Kept.IsUnsure = $true
            break
        }
        if ($try -eq 1) { Write-Host 'waiting until Microsoft Graph shows what was changed' }
        Start-Sleep -Seconds (2 * $try)
        $State = Get-State
    }
    return $State
}

# Writes the state file, whole or not at all: a run that is broken off here, or finds no room, must not take the
# way back with it.
function Save-Record($Record) {
    ConvertTo-Json -InputObject $Record -Depth 6 | Set-Content -LiteralPath "$StateFile.new" -Encoding utf8
    Move-Item -LiteralPath "$StateFile.new" -Destination $StateFile -Force
}

# Keeps in the state file what is about to be done, and before it is: a run that is broken off then is one that
# may have done it. Going back keeps nothing.
function Add-Mark($Mark) {
    if ($Mode -eq 'restore') { return }
    $Kept.Record.done = @($Kept.Record.done) + $Mark
    $Kept.IsPending = $true
    Save-Record $Kept.Record
}

# What was refused was not done.
function Remove-Mark {
    if (-not $Kept.IsPending) { return }
    $Kept.Record.done = @($Kept.Record.done | Select-Object -SkipLast 1)
    $Kept.IsPending = $false
    Save-Record $Kept.Record
}

# Whether a grant still has the scopes that an action was made from: a change replaces them all, those too that
# another one granted a moment ago.
function Test-AsSeen([string] $Id, [string] $From) {
    try {
        $shown = @(Invoke-Patiently { Get-MgOauth2PermissionGrant -OAuth2PermissionGrantId $Id -ErrorAction Stop } $false)
    } catch {
        if ("$($_.Exception.Message) $($_.ErrorDetails)" -match 'Request_ResourceNotFound|\b404\b') { return $false }
        throw
    }
    return ($shown.Count -eq 1 -and (Test-Same (Get-Names $shown[0].Scope) (Get-Names $From)))
}

function Invoke-Action($State, $Action) {
    Write-Host "- $(Get-Plain $Action.Say)"
    $value = $Action.Value
    if (@('change', 'revoke') -contains $Action.Kind -and -not (Test-AsSeen $value.Id $value.from)) {
        Write-Host '  is another one by now, and is looked at again'
        return
    }
    Add-Mark $Action.Mark
    try {
        switch ($Action.Kind) {
            'grant' { $null = Invoke-Patiently { New-MgOauth2PermissionGrant -BodyParameter $value -ErrorAction Stop } }
            'change' {
                $null = Invoke-Patiently {
                    Update-MgOauth2PermissionGrant -OAuth2PermissionGrantId $value.Id -BodyParameter @{ scope = $value.scope } -ErrorAction Stop
                }
            }
            'revoke' {
                $null = Invoke-Patiently {
                    Remove-MgOauth2PermissionGrant -OAuth2PermissionGrantId $value.Id -ErrorAction Stop
                } $false
            }
            'assign' {
                $body = @{ principalId = $State.client.id; resourceId = $State.resource.id; appRoleId = $value }
                $null = Invoke-Patiently {
                    New-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $State.client.id -BodyParameter $body -ErrorAction Stop
                }
            }
            'unassign' {
                $null = Invoke-Patiently {
                    Remove-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $State.client.id -AppRoleAssignmentId $value -ErrorAction Stop
                } $false
            }
        }
    } catch {
        $message = "$($_.Exception.Message) $($_.ErrorDetails)"
        $isThere = @('grant', 'assign') -contains $Action.Kind -and $message -match 'already exist|\b409\b'
        $isGone = @('revoke', 'unassign') -contains $Action.Kind -and $message -match 'Request_ResourceNotFound|\b404\b'
        if (-not ($isThere -or $isGone)) {
            Write-Host (Get-Plain $message)
            if (Test-Refusal $message) {
                Remove-Mark
                Stop-Script 'nothing more was changed; the script can be run again'
            }
            Stop-Script 'whether it was done is not known; nothing else was tried, and the script can be run again'
        }
        Write-Host '  was so already'
    }
    $Kept.IsPending = $false
}

# Acts on what the last look showed, looks again, and so on until nothing is left to do: reads may lag behind
# writes.
function Invoke-Settling($State, $Before) {
    for ($round = 1; $round -le 10; $round++) {
        if ($round -gt 1) { $State = Get-State }
        if ($null -eq $State.client) {
            # It was known before: not every part of the directory knows a new service principal yet.
            Start-Sleep -Seconds (2 * $round)
            continue
        }
        $actions = @(Get-NextAction $State $Before)
        if ($actions.Count -eq 0) { return }
        if ($round -gt 1) {
            # What is done after a wait is done from what shows then.
            Start-Sleep -Seconds (2 * $round)
            $State = Get-State
            if ($null -eq $State.client) { continue }
            $actions = @(Get-NextAction $State $Before)
            if ($actions.Count -eq 0) { return }
        }
        foreach ($action in $actions) { Invoke-Action $State $action }
    }
    $State = Get-State
    if ($null -eq $State.client -or @(Get-NextAction $State $Before).Count) {
        Stop-Script 'the tenant does not show the changes yet; run the script again later'
    }
}

function Get-NextAction($State, $Before) {
    if ($null -eq $Before) { Get-ApplyAction $State } else { Get-RestoreAction $State $Before }
}

function New-Record($State) {
    return [pscustomobject] @{
        kind = 'graphgrant-state'; version = 1; tenant = $TenantObject; graph = $GraphUrl; app = $ClientId
        wanted = [pscustomobject] @{
            scopes = @($Scopes); dropScopes = @($DropScopes)
            roles = @($Roles | ForEach-Object { [pscustomobject] @{ id = $_.Id; name = $_.Name } })
            dropRoles = @($DropRoles | ForEach-Object { [pscustomobject] @{ id = $_.Id; name = $_.Name } })
        }
        created = $null; done = @(); client = $State.client; resource = $State.resource
        oauth2PermissionGrants = @($State.oauth2PermissionGrants); appRoleAssignments = @($State.appRoleAssignments)
    }
}

# The record of this run, whether its last mark is of something that nobody answered yet, and whether what was
# done before going back ever showed.
$Kept = @{ Record = $null; IsPending = $false; IsUnsure = $false }
$CreateScopes = @($ConnectScopes) + 'Application.ReadWrite.All'
$guid = '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$'
if ($ClientId -notmatch $guid) { Stop-Script 'put the app''s client id into $ClientId at the head of this script' }
if ($Tenant -notmatch '^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$' -or $Tenant -like 'REPLACE*') {
    Stop-Script 'put the tenant (its id or a verified domain) into $Tenant at the head of this script'
}
if ($Mode -eq 'restore' -and -not $StateFile) { Stop-Script 'restore needs the state file that was written before the change' }

Connect-Tenant $ConnectScopes
$TenantObject = (Get-MgContext).TenantId
$Graph = Get-Principal $ResourceAppId @('id', 'appId', 'appRoles', 'oauth2PermissionScopes')
if ($null -eq $Graph) { Stop-Script 'this tenant has no service principal of Microsoft Graph' }
$missing = @()
foreach ($name in $Scopes) {
    if (-not @($Graph.Oauth2PermissionScopes | Where-Object { $_.Value -ceq $name -and $_.IsEnabled -ne $false }).Count) {
        $missing += "the scope $name"
    }
}
foreach ($offer in $Roles) {
    $id = $offer.Id; $name = $offer.Name
    if (-not @($Graph.AppRoles | Where-Object { $_.Id -eq $id -and $_.Value -ceq $name -and $_.IsEnabled -ne $false }).Count) {
        $missing += "the app role $name ($id)"
    }
}
if ($missing.Count -and $Mode -ne 'restore') {
    Write-Host 'Microsoft Graph in this tenant does not offer:'
    $missing | ForEach-Object { Write-Host $_ }
    Stop-Script 'nothing was changed'
}

$now = Get-State
if ($Mode -eq 'restore') {
    if (-not (Test-Path -LiteralPath $StateFile -PathType Leaf)) { Stop-Script "there is no $StateFile" }
    try {
        $before = Get-Content -LiteralPath $StateFile -Raw | ConvertFrom-Json
        $isOurs = $before.kind -eq 'graphgrant-state' -and $before.version -eq 1 -and $before.tenant -eq $TenantObject -and
            $before.graph -eq $GraphUrl -and $before.resource.id -eq $Graph.Id -and $before.app -eq $ClientId
    } catch {
        $isOurs = $false
    }
    if (-not $isOurs) { Stop-Script "$StateFile is no state of this app in this tenant" }
    $now = Get-CaughtUp $now $before
    if ($null -ne $before.client -and ($null -eq $now.client -or $now.client.id -ne $before.client.id)) {
        Stop-Script "the service principal of that time ($($before.client.id)) is gone, and its grants with it; for 30 days it can be restored: POST /directory/deletedItems/$($before.client.id)/restore"
    }
    if ($null -ne $now.client) {
        $foreign = @(Get-Foreign $now $before)
        if ($foreign.Count -and -not $Force) {
            $foreign | ForEach-Object { Write-Host (Get-Plain $_) }
            Stop-Script 'others changed this since; to go back all the same, add -Force'
        }
        Invoke-Settling $now $before
        $object = $now.client.id
        if ($null -eq $before.client -and $object -eq $before.created) {
            $left = @(
                Invoke-Patiently { Get-MgOauth2PermissionGrant -Filter "clientId eq '$object'" -All -ErrorAction Stop }
                Invoke-Patiently { Get-MgOauth2PermissionGrant -Filter "resourceId eq '$object'" -All -ErrorAction Stop }
                Invoke-Patiently { Get-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $object -All -ErrorAction Stop }
                Invoke-Patiently { Get-MgServicePrincipalAppRoleAssignedTo -ServicePrincipalId $object -All -ErrorAction Stop }
                Invoke-Patiently { Get-MgServicePrincipalMemberOf -ServicePrincipalId $object -All -ErrorAction Stop }
                Invoke-Patiently { Get-MgServicePrincipalOwnedObject -ServicePrincipalId $object -All -ErrorAction Stop }
            )
            if ($left.Count -eq 0) {
                Write-Host "- delete the service principal $object, which this script created"
                Connect-Tenant $CreateScopes
                try {
                    Remove-MgServicePrincipal -ServicePrincipalId $object -ErrorAction Stop
                } catch {
                    $message = "$($_.Exception.Message) $($_.ErrorDetails)"
                    if ($message -notmatch 'Request_ResourceNotFound|\b404\b') {
                        Write-Host (Get-Plain $message)
                        Stop-Script 'the service principal stays; all else is as recorded'
                    }
                }
            } else {
                Write-Host "the service principal $object stays: it has other grants, assignments, groups, roles or objects by now"
            }
        }
    }
    Write-Host "everything is as recorded in $StateFile"
    if ($Kept.IsUnsure) {
        Write-Host 'but not all that was changed ever showed: others undid it, or it shows later; restore once more in some minutes to be sure'
    } else {
        # What was gone back from is not to be waited for again.
        $before.done = @()
        try { Save-Record $before } catch { Write-Host "$StateFile cannot be written, and stays as it is" }
    }
    exit 0
}

$actions = @(Get-ApplyAction $now)
if ($actions.Count -eq 0) {
    Write-Host 'nothing to do: what is needed is granted already'
    exit 0
}
if ($Mode -eq 'preview') {
    if ($null -eq $now.client) { Write-Host "- create the service principal of $ClientId" }
    $actions | ForEach-Object { Write-Host "- $(Get-Plain $_.Say)" }
    Write-Host 'this is a preview: nothing was changed'
    exit 0
}
$stamp = (Get-Date).ToUniversalTime().ToString('yyyyMMddTHHmmssZ')
$number = 1
while (Test-Path -LiteralPath "graphgrant-before-$ClientId-$stamp-$number.json") { $number++ }
$StateFile = "graphgrant-before-$ClientId-$stamp-$number.json"
$Kept.Record = New-Record $now
Save-Record $Kept.Record
Write-Host "the state before is in $StateFile; to go back: -Mode restore -StateFile $StateFile"
if ($null -eq $now.client) {
    Write-Host "- create the service principal of $ClientId"
    Connect-Tenant $CreateScopes
    Add-Mark ([pscustomobject] @{ kind = 'create' })
    $wasThere = $false
    try {
        $new = Invoke-Patiently { New-MgServicePrincipal -BodyParameter @{ appId = $ClientId } -ErrorAction Stop }
        $Kept.Record.created = $new.Id
    } catch {
        $message = "$($_.Exception.Message) $($_.ErrorDetails)"
        if ($message -notmatch 'already exist|already in use|Request_MultipleObjectsWithSameKeyValue|\b409\b') {
            Write-Host (Get-Plain $message)
            if (Test-Refusal $message) { Remove-Mark }
            Stop-Script 'nothing more was changed; the script can be run again'
        }
        $wasThere = $true
    }
    $Kept.IsPending = $false
    Save-Record $Kept.Record
    for ($try = 1; $try -le 10; $try++) {
        $now = Get-State
        if ($null -ne $now.client) { break }
        Start-Sleep -Seconds (2 * $try)
    }
    if ($null -eq $now.client) {
        $hint = ''
        if ($wasThere) { $hint = '; where the app was deleted in this tenant lately, restore it first' }
        Stop-Script "the service principal is not known everywhere yet; run the script again in some minutes$hint"
    }
    if ($wasThere) {
        # It was there all the time, or another one made it first: what it holds now is the state before.
        Write-Host '  was there already'
        $Kept.Record = New-Record $now
        Save-Record $Kept.Record
    }
}
Invoke-Settling $now $null
Write-Host 'done: what is needed is granted'
