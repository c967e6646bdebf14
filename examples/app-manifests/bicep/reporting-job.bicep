// The registration of the nightly reports, with the consent that an administrator deploys.
extension microsoftGraphV1

@description('Where the job runs.')
param location string = resourceGroup().location

var graphAppId = '00000003-0000-0000-c000-000000000000'

resource graph 'Microsoft.Graph/servicePrincipals@v1.0' existing = {
  appId: graphAppId
}

resource app 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: 'reporting-job'
  displayName: 'Reporting job'
  signInAudience: 'AzureADMyOrg'
  requiredResourceAccess: [
    {
      resourceAppId: graphAppId
      resourceAccess: [
        { id: 'b0afded3-3588-46d8-8b3d-9842eff778da', type: 'Role' } // AuditLog.Read.All
        {
          // By name: the id is looked up when this is deployed.
          id: filter(graph.appRoles, role => role.value == 'User.Read.All')[0].id
          type: 'Role'
        }
        {
          id: filter(graph.oauth2PermissionScopes, scope => scope.value == 'User.Read')[0].id
          type: 'Scope'
        }
      ]
    }
  ]
  web: {
    redirectUris: [
      'https://reports.contoso.example/signed-in'
    ]
    implicitGrantSettings: {
      enableIdTokenIssuance: true
    }
  }
  keyCredentials: [
    {
      displayName: 'from the key vault'
      type: 'AsymmetricX509Cert'
      usage: 'Verify'
      startDateTime: '2026-06-01T00:00:00Z'
      endDateTime: '2027-06-01T00:00:00Z'
      key: loadTextContent('reports.cer')
    }
  ]
}

resource sp 'Microsoft.Graph/servicePrincipals@v1.0' = {
  appId: app.appId
}

resource auditLog 'Microsoft.Graph/appRoleAssignedTo@v1.0' = {
  appRoleId: 'b0afded3-3588-46d8-8b3d-9842eff778da'
  principalId: sp.id
  resourceId: graph.id
}

resource users 'Microsoft.Graph/appRoleAssignedTo@v1.0' = {
  appRoleId: (filter(graph.appRoles, role => role.value == 'User.Read.All')[0]).id
  principalId: sp.id
  resourceId: graph.id
}

resource delegated 'Microsoft.Graph/oauth2PermissionGrants@v1.0' = {
  clientId: sp.id
  consentType: 'AllPrincipals'
  resourceId: graph.id
  scope: 'User.Read openid'
}

output clientId string = app.appId
