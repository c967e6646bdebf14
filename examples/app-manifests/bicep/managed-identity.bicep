/*
  A function app that reads calendars as its managed identity.
*/
extension microsoftGraphV1

param location string = resourceGroup().location
param withReports bool = false

var roles = [
  'Calendars.Read'
  'Place.Read.All'
]

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-rooms'
  location: location
}

resource graph 'Microsoft.Graph/servicePrincipals@v1.0' existing = {
  appId: '00000003-0000-0000-c000-000000000000'
}

resource grants 'Microsoft.Graph/appRoleAssignedTo@v1.0' = [for role in roles: {
  appRoleId: filter(graph.appRoles, found => found.value == role)[0].id
  principalId: identity.properties.principalId
  resourceId: graph.id
}]

resource reports 'Microsoft.Graph/appRoleAssignedTo@v1.0' = if (withReports) {
  appRoleId: '230c1aed-a721-4c5d-9cb4-a90514e508ef' // Reports.Read.All
  principalId: identity.properties.principalId
  resourceId: graph.id
}

module storage 'storage.bicep' = {
  name: 'storage'
  params: {
    location: location
    note: '''
      Nothing of Microsoft Graph {here}.
    '''
  }
}
